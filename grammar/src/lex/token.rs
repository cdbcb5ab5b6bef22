use num_bigint::BigUint;

use crate::ast::Name;

/// A token with its place: start, what, end.
pub(crate) type Spanned = (u32, Tok, u32);

/// One literal of text or bytes, its escapes resolved.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum StrPart {
    Str(String),
    Surrogates(Vec<u32>),
    Bytes(Vec<u8>),
}

/// One piece of an f-string, as the grammar gathers them.
#[derive(Clone, Debug)]
pub(crate) enum FPart {
    Text(StrPart, crate::ast::Span),
    Field(crate::ast::Expr),
}

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tok {
    Newline,
    Indent,
    Dedent,
    /// A character that no rule of the grammar takes.
    Unknown,
    Name(Name),
    Int(i64),
    BigInt(BigUint),
    Float(f64),
    Str(StrPart),
    FStart,
    FText(StrPart),
    /// The `:` that opens a format specification.
    FColon,
    FEnd,
    /// The `(` around all the items of a `with` statement.
    WithLPar,
    StartModule,
    StartExpression,
    StartInteractive,
    /// `match`, `case` and `type` where they are keywords.
    Match,
    Case,
    Type,
    False,
    None,
    True,
    And,
    As,
    Assert,
    Async,
    Await,
    Break,
    Class,
    Continue,
    Def,
    Del,
    Elif,
    Else,
    Except,
    Finally,
    For,
    From,
    Global,
    If,
    Import,
    In,
    Is,
    Lambda,
    Nonlocal,
    Not,
    Or,
    Pass,
    Raise,
    Return,
    Try,
    While,
    With,
    Yield,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    At,
    Amper,
    VBar,
    Caret,
    Tilde,
    Less,
    LessEq,
    Greater,
    GreaterEq,
    EqEq,
    NotEq,
    LPar,
    RPar,
    LSqb,
    RSqb,
    LBrace,
    RBrace,
    Comma,
    Colon,
    Semi,
    Equal,
    Bang,
    Dot,
    Arrow,
    Walrus,
    Ellipsis,
    DoubleStar,
    DoubleSlash,
    LShift,
    RShift,
    PlusEqual,
    MinusEqual,
    StarEqual,
    SlashEqual,
    PercentEqual,
    AtEqual,
    AmperEqual,
    VBarEqual,
    CaretEqual,
    DoubleStarEqual,
    DoubleSlashEqual,
    LShiftEqual,
    RShiftEqual,
}

impl Tok {
    /// The keyword that `text` is.
    pub fn keyword(text: &str) -> Option<Self> {
        Some(match text {
            "False" => Self::False,
            "None" => Self::None,
            "True" => Self::True,
            "and" => Self::And,
            "as" => Self::As,
            "assert" => Self::Assert,
            "async" => Self::Async,
            "await" => Self::Await,
            "break" => Self::Break,
            "class" => Self::Class,
            "continue" => Self::Continue,
            "def" => Self::Def,
            "del" => Self::Del,
            "elif" => Self::Elif,
            "else" => Self::Else,
            "except" => Self::Except,
            "finally" => Self::Finally,
            "for" => Self::For,
            "from" => Self::From,
            "global" => Self::Global,
            "if" => Self::If,
            "import" => Self::Import,
            "in" => Self::In,
            "is" => Self::Is,
            "lambda" => Self::Lambda,
            "nonlocal" => Self::Nonlocal,
            "not" => Self::Not,
            "or" => Self::Or,
            "pass" => Self::Pass,
            "raise" => Self::Raise,
            "return" => Self::Return,
            "try" => Self::Try,
            "while" => Self::While,
            "with" => Self::With,
            "yield" => Self::Yield,
            _ => return None,
        })
    }

    /// The operator that `text` is.
    pub fn operator(text: &str) -> Option<Self> {
        Some(match text {
            "+" => Self::Plus,
            "-" => Self::Minus,
            "*" => Self::Star,
            "/" => Self::Slash,
            "%" => Self::Percent,
            "@" => Self::At,
            "&" => Self::Amper,
            "|" => Self::VBar,
            "^" => Self::Caret,
            "~" => Self::Tilde,
            "<" => Self::Less,
            "<=" => Self::LessEq,
            ">" => Self::Greater,
            ">=" => Self::GreaterEq,
            "==" => Self::EqEq,
            "!=" => Self::NotEq,
            "(" => Self::LPar,
            ")" => Self::RPar,
            "[" => Self::LSqb,
            "]" => Self::RSqb,
            "{" => Self::LBrace,
            "}" => Self::RBrace,
            "," => Self::Comma,
            ":" => Self::Colon,
            ";" => Self::Semi,
            "=" => Self::Equal,
            "!" => Self::Bang,
            "." => Self::Dot,
            "->" => Self::Arrow,
            ":=" => Self::Walrus,
            "..." => Self::Ellipsis,
            "**" => Self::DoubleStar,
            "//" => Self::DoubleSlash,
            "<<" => Self::LShift,
            ">>" => Self::RShift,
            "+=" => Self::PlusEqual,
            "-=" => Self::MinusEqual,
            "*=" => Self::StarEqual,
            "/=" => Self::SlashEqual,
            "%=" => Self::PercentEqual,
            "@=" => Self::AtEqual,
            "&=" => Self::AmperEqual,
            "|=" => Self::VBarEqual,
            "^=" => Self::CaretEqual,
            "**=" => Self::DoubleStarEqual,
            "//=" => Self::DoubleSlashEqual,
            "<<=" => Self::LShiftEqual,
            ">>=" => Self::RShiftEqual,
            _ => return None,
        })
    }

    /// Whether it is one of the hard keywords.
    pub fn is_keyword(&self) -> bool {
        matches!(
            self,
            Self::False
                | Self::None
                | Self::True
                | Self::And
                | Self::As
                | Self::Assert
                | Self::Async
                | Self::Await
                | Self::Break
                | Self::Class
                | Self::Continue
                | Self::Def
                | Self::Del
                | Self::Elif
                | Self::Else
                | Self::Except
                | Self::Finally
                | Self::For
                | Self::From
                | Self::Global
                | Self::If
                | Self::Import
                | Self::In
                | Self::Is
                | Self::Lambda
                | Self::Nonlocal
                | Self::Not
                | Self::Or
                | Self::Pass
                | Self::Raise
                | Self::Return
                | Self::Try
                | Self::While
                | Self::With
                | Self::Yield
        )
    }
}
