//! A part of a column as native code takes it: where its values lie, and which are there.

use accord_core::columns::RawColumn;
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer};
use std::ptr;

/// The values of one part. What is read of a value that is null is no accident: it is in range like any other.
#[derive(Clone, Debug)]
pub(crate) enum Lane {
    /// Only whether something is there.
    There(Option<NullBuffer>),
    /// A bit each.
    Bits(BooleanBuffer, Option<NullBuffer>),
    /// So many bytes each; the first value kept is that of this position.
    Bytes { values: Buffer, width: usize, from: usize, valid: Option<NullBuffer> },
}

impl Lane {
    /// Values of these bytes each, from the first row.
    pub fn bytes(values: impl Into<Buffer>, width: usize, valid: Option<NullBuffer>) -> Lane {
        Lane::Bytes { values: values.into(), width, from: 0, valid: some(valid) }
    }

    /// Values that are always there, of which those before a position were left out.
    pub fn rest(values: impl Into<Buffer>, width: usize, from: usize) -> Lane {
        Lane::Bytes { values: values.into(), width, from, valid: None }
    }

    /// A bit each. Both are brought to one position, because native code knows only one.
    pub fn bits(values: BooleanBuffer, valid: Option<NullBuffer>) -> Lane {
        match some(valid) {
            None => Lane::Bits(values, None),
            Some(valid) if valid.offset() == values.offset() => Lane::Bits(values, Some(valid)),
            Some(valid) => {
                let length = values.len();
                let moved = BooleanBuffer::new(values.sliced(), 0, length);
                let valid = NullBuffer::new(BooleanBuffer::new(valid.inner().sliced(), 0, length));
                Lane::Bits(moved, Some(valid))
            }
        }
    }

    /// Where it lies. It must be kept as long as that is used.
    pub fn raw(&self) -> RawColumn {
        let valid = match self {
            Lane::There(valid) | Lane::Bits(_, valid) | Lane::Bytes { valid, .. } => valid.as_ref(),
        };
        let offset = match self {
            Lane::Bits(values, None) => values.offset(),
            Lane::There(_) | Lane::Bits(..) | Lane::Bytes { .. } => valid.map_or(0, NullBuffer::offset),
        };
        let values = match self {
            Lane::There(_) => ptr::null(),
            Lane::Bits(values, _) => values.inner().as_ptr(),
            // The position of the first value is added by whoever reads, so it is taken off here. What lies before the
            // buffer is never read.
            Lane::Bytes { values, width, from, .. } => {
                values.as_ptr().wrapping_sub(offset.saturating_add(*from).saturating_mul(*width))
            }
        };
        RawColumn {
            values,
            valid: valid.map_or(ptr::null(), |v| v.buffer().as_ptr()),
            first: i64::try_from(offset).unwrap_or(0),
        }
    }
}

/// Nulls, where there are any.
pub(crate) fn some(nulls: Option<NullBuffer>) -> Option<NullBuffer> {
    nulls.filter(|n| n.null_count() > 0)
}
