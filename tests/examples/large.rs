//! Prints an agreement of about so many megabytes, to see how checking grows with the size of a text:
//! `cargo run -q -p accord-tests --example large -- 10 > large.accord && time accord check large.accord`.

use std::io::Write;

fn main() -> std::io::Result<()> {
    let megabytes: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1);
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    writeln!(out, "agreement XA-XB \"A long text\"\n  parties:   XA, XB\n  articles:  1..1\n  month_end: last_day")?;
    let mut written = 0;
    let mut number = 1;
    while written < megabytes * 1_000_000 {
        let article = format!(
            "\narticle {number} \"Heading {number}\" for each party P in any party\n  \
             (1) export {{ benefits: old_age.pension, invalidity.pension   payable_in: any party }}\n  \
             (2) exception to (1)\n      \
             rule not exportable(P) when claim.financing is non_contributory and person.residence is not P\n      \
             term short_{number}(Q) means own(Q) is less than {months} months or claim.start is after 2001-01-01\n",
            months = number % 400
        );
        written += article.len();
        number += 1;
        out.write_all(article.as_bytes())?;
    }
    out.flush()
}
