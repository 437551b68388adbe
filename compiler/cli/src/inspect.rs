//! `accord inspect`: what a ruleset says of itself, once it is found to be whole.

use crate::args::Inspect;
use crate::check::{covered, listed};
use crate::console::Console;
use crate::ruleset::{self, Covered, Manifest, PublicKey, Ruleset};
use crate::trouble::Trouble;
use crate::{FINE, json};
use accord_ir::Coverage;
use serde_json::json;

/// Runs the command.
pub fn inspect(args: &Inspect, console: &mut Console<'_>) -> Result<u8, Trouble> {
    let signer = args.verify.as_deref().map(PublicKey::open).transpose()?;
    let ruleset = ruleset::open(&args.file, signer.as_ref())?;
    if args.json {
        console.line(&json::pretty(&json!({
            "schema": "accord.inspect/1",
            "format": ruleset::VERSION,
            "sha256": ruleset.digest,
            "signed_by": ruleset.signed_by.map(|by| by.to_string()),
            "verified": signer.is_some(),
            "manifest": ruleset.manifest,
        })));
    } else {
        console.answer(&ruleset::printable(&told(&ruleset, signer.is_some())));
    }
    Ok(FINE)
}

fn told(ruleset: &Ruleset, verified: bool) -> String {
    let Manifest { agreement, title, compiler, program_format, sources, unset, recalled, coverage, cases, .. } =
        &ruleset.manifest;
    let day = ruleset.manifest.text.as_ref().map_or_else(String::new, |day| format!("@{day}"));
    let mut text = format!("{agreement}{day}  {title}\n");
    text.push_str(&listed("as amended by", &ruleset.manifest.amended_by));
    text.push_str(&format!(
        "  ruleset of format {}, program of shape {program_format}, made by accord {compiler}\n",
        ruleset::VERSION
    ));
    text.push_str(&format!("  sha256 {}\n", ruleset.digest));
    text.push_str(&match &ruleset.signed_by {
        Some(by) if verified => format!("  signed by {by}, the key asked for\n"),
        Some(by) => format!("  signed by {by}; `--verify PUB` tells whether that is the key you know\n"),
        None => "  not signed\n".to_owned(),
    });
    text.push_str(&covered(agreement, &coverage.iter().map(as_coverage).collect::<Vec<_>>()));
    text.push_str(&listed("from memory or chosen", recalled));
    for parameter in unset {
        text.push_str(&format!("  not set: {} ({})\n", parameter.name, parameter.why));
    }
    text.push_str(&format!("  cases: {} passed of {}, sha256 {}\n", cases.passed, cases.count, cases.sha256));
    text.push_str("  made of\n");
    for source in sources {
        text.push_str(&format!("    {}  {}\n", source.sha256, source.name));
    }
    text
}

fn as_coverage(covered: &Covered) -> Coverage {
    Coverage {
        instrument: covered.instrument.clone(),
        provisions: usize::try_from(covered.provisions).unwrap_or(usize::MAX),
        encoded: covered.encoded.clone(),
        not_encoded: covered.not_encoded.iter().map(|n| (n.provision.clone(), n.why.clone())).collect(),
        missing: covered.missing.clone(),
    }
}
