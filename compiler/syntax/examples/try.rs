//! Scratch.
use std::io::Read;
fn main() {
    let mut s = String::new();
    std::io::stdin().read_to_string(&mut s).expect("in");
    if std::env::args().nth(1).as_deref() == Some("f") {
        match accord_syntax::format(&s) {
            Ok(t) => print!("{t}"),
            Err(e) => println!("{e:?}"),
        }
        return;
    }
    let mut d = accord_source::Diagnostics::default();
    let f = accord_syntax::parse(accord_source::FileId(0), &s, &mut d);
    if std::env::args().nth(1).is_none() {
        print!("{}", accord_syntax::dump(&f));
    }
    for x in d.iter().take(40) {
        let sp = x.span().expect("span");
        let line = s[..sp.start as usize].matches('\n').count() + 1;
        println!(
            "{} line {line} `{}`: {} {:?} {:?}",
            x.code,
            s.get(sp.range()).unwrap_or("?").chars().take(40).collect::<String>(),
            x.message,
            x.labels
                .iter()
                .skip(1)
                .map(|l| (&l.message, s.get(l.span.range()).map(|t| t.chars().take(20).collect::<String>())))
                .collect::<Vec<_>>(),
            x.help
        );
    }
}
