//! A static library of one object, in the form of GNU `ar`: an index of symbols, then the object.
//!
//! Times, owners and permissions are zero, so the same object gives the same bytes.

/// How every archive begins.
const MAGIC: &[u8] = b"!<arch>\n";

/// The bytes of a header of a member.
const HEADER: usize = 60;

/// The name of the object in its archive; at most 15 letters.
const MEMBER: &str = "accord.o";

/// An archive of one object that exports one symbol; `None` where it is larger than the form can say.
pub fn archive(object: &[u8], symbol: &str) -> Option<Vec<u8>> {
    let mut index = 1_u32.to_be_bytes().to_vec();
    let named = symbol.len() + 1;
    // The object stands behind the magic word and the whole of the index, which ends at an even place.
    let place = MAGIC.len() + HEADER + (index.len() + 4 + named).next_multiple_of(2);
    index.extend(u32::try_from(place).ok()?.to_be_bytes());
    index.extend(symbol.as_bytes());
    index.push(0);
    let mut bytes = MAGIC.to_vec();
    member(&mut bytes, "/", &index)?;
    member(&mut bytes, &format!("{MEMBER}/"), object)?;
    Some(bytes)
}

fn member(bytes: &mut Vec<u8>, name: &str, content: &[u8]) -> Option<()> {
    let header = format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 644, content.len());
    if header.len() != HEADER {
        return None;
    }
    bytes.extend(header.as_bytes());
    bytes.extend(content);
    if content.len() % 2 == 1 {
        bytes.push(b'\n');
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_leads_to_the_object() {
        for symbol in ["f", "fg", "a_longer_one"] {
            let bytes = archive(b"\x7fELF!", symbol).expect("small");
            let place = u32::from_be_bytes(bytes[72..76].try_into().expect("four bytes")) as usize;
            assert_eq!(&bytes[place..place + 9], b"accord.o/");
            assert_eq!(&bytes[place + HEADER..place + HEADER + 5], b"\x7fELF!");
            assert_eq!(bytes.len() % 2, 0);
        }
    }
}
