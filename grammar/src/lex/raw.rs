use logos::Logos;

/// What a run of characters looks like before strings, numbers and layout are read.
#[derive(Logos, Clone, Copy, Debug, PartialEq)]
pub(super) enum Raw {
    #[regex(r"[ \t\x0c]+")]
    Space,
    #[regex(r"#[^\n]*", allow_greedy = true)]
    Comment,
    #[token("\n")]
    Newline,
    #[token("\\\n")]
    Continuation,
    #[token("\\")]
    Backslash,
    // Which characters beyond ASCII a name may hold is checked later, as CPython does.
    #[regex(r"[A-Za-z_\u{80}-\u{10FFFF}][A-Za-z0-9_\u{80}-\u{10FFFF}]*")]
    Name,
    // The first character of a number; the rest is read by hand, for the messages.
    #[regex(r"[0-9]|\.[0-9]")]
    Number,
    #[regex("(?i:r|b|u|f|br|rb|fr|rf)?(\"\"\"|'''|\"|')")]
    Quote,
    #[regex(r"[-+*/%@&|^~<>()\[\]{},:;=!.]")]
    #[regex(r"\*\*|//|<<|>>|<=|>=|==|!=|<>|->|:=|\.\.\.")]
    #[regex(r"(\+|-|\*|/|%|@|&|\||\^|\*\*|//|<<|>>)=")]
    Op,
    Unknown,
}
