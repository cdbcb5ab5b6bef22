//! From text to tokens: words by logos, then strings, numbers and layout.

mod fstring;
mod layout;
mod number;
mod raw;
mod soft;
mod string;
mod token;

pub(crate) use token::{FPart, Spanned, StrPart, Tok};

use std::collections::HashSet;
use std::sync::Arc;

use logos::Logos;
use unicode_normalization::UnicodeNormalization;

use crate::ast::{Name, Span};
use crate::error::Fault;
use raw::Raw;

/// The tokens of a source, with the fault that ends them early if there is one.
pub(crate) struct Tokens {
    /// The tokens up to the fault or the end.
    pub list: Vec<Spanned>,
    /// A fault that outranks whatever the parser finds: it is reported wherever it stands.
    pub hard: Option<Fault>,
    /// A fault that counts only if the parser gets as far as the end of `list`.
    pub soft: Option<Fault>,
    /// The faults of literals, by the index of the token: they count where the parser takes the literal.
    pub late: Vec<(usize, Fault)>,
    /// The brackets open at the end, outermost first.
    pub open: Vec<(u8, u32)>,
    /// Warnings, by offset.
    pub warnings: Vec<(u32, String)>,
}

/// Turns `src`, whose line ends are `\n`, into tokens.
pub(crate) fn tokenize(src: &str) -> Tokens {
    let mut lexer = Lexer::new(src);
    let (mut hard, mut soft) = (None, None);
    if let Err(stop) = lexer.run() {
        match stop {
            // What is wrong inside an f-string CPython does not look for beyond the parser's fault.
            Stop::Hard(fault) if lexer.fstrings.is_empty() => hard = Some(fault),
            Stop::Hard(fault) => soft = Some(fault.of_tokenizer()),
            Stop::Soft(fault) => soft = Some(fault),
        }
    }
    let mut list = lexer.out;
    soft::resolve(&mut list);
    let open = lexer.brackets;
    Tokens { list, hard, soft, late: lexer.late, open, warnings: lexer.warnings }
}

enum Stop {
    Hard(Fault),
    Soft(Fault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Stop::Hard(fault)
    }
}

type Step = Result<(), Stop>;

struct Lexer<'s> {
    src: &'s str,
    lex: logos::Lexer<'s, Raw>,
    out: Vec<Spanned>,
    brackets: Vec<(u8, u32)>,
    indents: Vec<layout::Indent>,
    fstrings: Vec<fstring::Frame>,
    names: HashSet<Name>,
    warnings: Vec<(u32, String)>,
    late: Vec<(usize, Fault)>,
}

impl<'s> Lexer<'s> {
    fn new(src: &'s str) -> Self {
        Self {
            src,
            lex: Raw::lexer(src),
            out: Vec::new(),
            brackets: Vec::new(),
            indents: Vec::new(),
            fstrings: Vec::new(),
            names: HashSet::new(),
            warnings: Vec::new(),
            late: Vec::new(),
        }
    }

    /// Notes a fault of the literal that is pushed next.
    fn note(&mut self, fault: Fault) {
        self.late.push((self.out.len(), fault));
    }

    fn push(&mut self, start: usize, tok: Tok, end: usize) {
        self.out.push((start as u32, tok, end as u32));
    }

    fn pos(&self) -> usize {
        self.lex.span().end
    }

    /// Whether the next line end ends a logical line.
    fn line_is_open(&self) -> bool {
        let last = self.out.last().map(|(_, tok, _)| tok);
        !matches!(last, None | Some(Tok::Newline | Tok::Indent | Tok::Dedent))
    }

    fn run(&mut self) -> Step {
        self.indentation()?;
        loop {
            if self.fstrings.last().is_some_and(|frame| frame.in_text()) {
                self.fstring_text()?;
                continue;
            }
            let Some(raw) = self.lex.next() else {
                return self.finish();
            };
            let Span { start, end } = Span::new(self.lex.span().start as u32, self.lex.span().end as u32);
            let (start, end) = (start as usize, end as usize);
            match raw.unwrap_or(Raw::Unknown) {
                Raw::Space | Raw::Comment => {}
                Raw::Newline => self.newline(start)?,
                Raw::Continuation => self.continuation(end)?,
                Raw::Backslash if end == self.src.len() => self.continuation(end + 1)?,
                Raw::Backslash => {
                    let message = "unexpected character after line continuation character";
                    let fault = Fault::at(message, start as u32 + 1, start as u32 + 1);
                    return Err(Stop::Soft(fault.end_column(0)));
                }
                Raw::Name => self.name(start, end)?,
                Raw::Number => self.number(start)?,
                Raw::Quote => self.string(start, end)?,
                Raw::Unknown => self.unknown(start)?,
                Raw::Op => self.operator(start, end)?,
            }
        }
    }

    fn unknown(&mut self, start: usize) -> Step {
        let c = self.src[start..].chars().next().unwrap_or('\0');
        // A failed match may have eaten more than the one character.
        self.rewind(start + c.len_utf8());
        if !is_printable(c) {
            let message = format!("invalid non-printable character U+{:04X}", c as u32);
            return Err(Fault::point(message, start as u32).into());
        }
        self.push(start, Tok::Unknown, start + c.len_utf8());
        Ok(())
    }

    fn rewind(&mut self, to: usize) {
        let mut lex = Raw::lexer(self.src);
        lex.bump(to);
        // An empty token at `to`: `span` then tells the place.
        self.lex = lex;
    }

    fn name(&mut self, start: usize, end: usize) -> Step {
        let text = &self.src[start..end];
        if let Some(tok) = Tok::keyword(text) {
            self.push(start, tok, end);
            return Ok(());
        }
        if !text.is_ascii() {
            self.check_identifier(start, text)?;
        }
        let name = self.intern(text);
        self.push(start, Tok::Name(name), end);
        Ok(())
    }

    fn check_identifier(&self, start: usize, text: &str) -> Step {
        for (at, c) in text.char_indices() {
            let fine = match at {
                0 => c == '_' || unicode_ident::is_xid_start(c),
                _ => unicode_ident::is_xid_continue(c),
            };
            if !fine {
                let code = c as u32;
                let message = match is_printable(c) {
                    true => format!("invalid character '{c}' (U+{code:04X})"),
                    false => format!("invalid non-printable character U+{code:04X}"),
                };
                return Err(Fault::point(message, (start + at) as u32).into());
            }
        }
        Ok(())
    }

    fn intern(&mut self, text: &str) -> Name {
        if text.is_ascii() {
            return self.intern_plain(text);
        }
        let normal: String = text.nfkc().collect();
        self.intern_plain(&normal)
    }

    fn intern_plain(&mut self, text: &str) -> Name {
        if let Some(name) = self.names.get(text) {
            return name.clone();
        }
        let name: Name = Arc::from(text);
        self.names.insert(name.clone());
        name
    }

    fn operator(&mut self, start: usize, end: usize) -> Step {
        let text = &self.src[start..end];
        if self.fstring_operator(start, text)? {
            return Ok(());
        }
        match text.as_bytes()[0] {
            open @ (b'(' | b'[' | b'{') => self.open(open, start)?,
            close @ (b')' | b']' | b'}') => self.close(close, start)?,
            _ => {}
        }
        match Tok::operator(text) {
            Some(tok) => self.push(start, tok, end),
            None => self.push(start, Tok::Unknown, end),
        }
        Ok(())
    }

    fn open(&mut self, bracket: u8, at: usize) -> Step {
        if self.brackets.len() >= 200 {
            return Err(Fault::point("too many nested parentheses", at as u32).into());
        }
        self.brackets.push((bracket, at as u32));
        Ok(())
    }

    fn close(&mut self, bracket: u8, at: usize) -> Step {
        let close = bracket as char;
        let floor = self.fstrings.last().map_or(0, |frame| frame.level);
        let in_field = self
            .fstrings
            .last()
            .is_some_and(|frame| frame.field_level() > 0 && frame.field_bracket() == self.brackets.len());
        if self.brackets.len() <= floor || in_field && bracket != b'}' {
            let prefix = if self.fstrings.is_empty() { "" } else { "f-string: " };
            return Err(Fault::point(format!("{prefix}unmatched '{close}'"), at as u32).into());
        }
        let (open, open_at) = self.brackets[self.brackets.len() - 1];
        let fits = matches!((open, bracket), (b'(', b')') | (b'[', b']') | (b'{', b'}'));
        if fits {
            self.brackets.pop();
            return Ok(());
        }
        let mut message =
            format!("closing parenthesis '{close}' does not match opening parenthesis '{}'", open as char);
        let between = &self.src[open_at as usize..at];
        if between.contains('\n') {
            let line = 1 + self.src[..open_at as usize].matches('\n').count();
            message += &format!(" on line {line}");
        }
        Err(Fault::point(message, at as u32).into())
    }
}

/// Whether `str.isprintable` holds of the character.
fn is_printable(c: char) -> bool {
    // After another character a combining one is not escaped for its own sake.
    c == ' ' || !c.is_whitespace() && !format!("{:?}", format!("a{c}")).contains("\\u{")
}
