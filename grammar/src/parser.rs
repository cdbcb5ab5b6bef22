//! From tokens to the tree.

mod build;
mod cx;
mod diagnose;
#[rustfmt::skip]
#[allow(clippy::all, clippy::pedantic, unused, unreachable_patterns)]
mod generated;
mod patterns;
mod targets;
mod text;

use lalrpop_util::ParseError;

use crate::ast::{Expr, Stmt};
use crate::check;
use crate::error::Fault;
use crate::lex::{Spanned, Tok, Tokens, tokenize};
use cx::{Cx, Top};
use diagnose::{Stop, diagnose};

/// What the parser starts from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Start {
    Module,
    Expression,
}

/// The tree that a start gives.
pub(crate) enum Tree {
    Module(Vec<Stmt>),
    Expression(Expr),
}

/// Parses `src`, whose line ends are `\n`; warnings are by offset.
pub(crate) fn parse(src: &str, start: Start, depth: u32) -> Result<(Tree, Vec<(u32, String)>), Fault> {
    let Tokens { mut list, hard, soft, open, mut warnings } = tokenize(src);
    if let Some(fault) = hard {
        // An indentation that nothing asked for is reported without reading on.
        let indent = unexpected_indent(src, list, depth).filter(|_| start == Start::Module);
        return Err(indent.unwrap_or_else(|| fault.of_tokenizer()));
    }
    // At the end of the source an open bracket is what counts.
    let at_end = soft.as_ref().is_some_and(|fault| fault.incomplete);
    let bracket = unclosed(src, &open);
    let end_fault = if at_end { bracket.or(soft) } else { soft.or(bracket) };
    if end_fault.is_none() && start == Start::Expression {
        let kept = list.iter().rposition(|(_, tok, _)| !matches!(tok, Tok::Newline)).map_or(0, |last| last + 1);
        list.truncate(kept);
    }
    let cx = Cx::new(src, depth);
    let first = match start {
        Start::Module => Tok::StartModule,
        Start::Expression => Tok::StartExpression,
    };
    let tokens = std::iter::once((0, first, 0)).chain(list.iter().cloned()).map(Ok);
    let tokens = tokens.chain(end_fault.clone().map(Err));
    let result = generated::TopParser::new().parse(&cx, tokens);
    if let Some(fault) = cx.take_fault() {
        return Err(fault);
    }
    match result {
        Ok(Top::Module(body)) => {
            check::module(&body, &mut warnings).map_err(Fault::after_parse)?;
            Ok((Tree::Module(body), warnings))
        }
        Ok(Top::Expression(body)) if src[body.span.start as usize..].starts_with('*') => {
            // The grammar has it for the sake of statements.
            let (start, _, end) = list[0];
            Err(Fault::range("invalid syntax", start, end))
        }
        Ok(Top::Expression(body)) => {
            check::expression(&body, &mut warnings).map_err(Fault::after_parse)?;
            Ok((Tree::Expression(body), warnings))
        }
        Err(error) => Err(explain(src, &list, &open, end_fault, error, start)),
    }
}

/// The fault of the tokens of a module if it is that one of them is an indentation.
fn unexpected_indent(src: &str, list: Vec<Spanned>, depth: u32) -> Option<Fault> {
    let cx = Cx::new(src, depth);
    let first = std::iter::once((0, Tok::StartModule, 0));
    let tokens = first.chain(list.iter().cloned()).map(Ok);
    let error = generated::TopParser::new().parse(&cx, tokens).err()?;
    match (&error, cx.take_fault()) {
        (ParseError::UnrecognizedToken { token: (_, Tok::Indent, _), .. }, None) => {
            Some(explain(src, &list, &[], None, error, Start::Module))
        }
        _ => None,
    }
}

fn unclosed(src: &str, open: &[(u8, u32)]) -> Option<Fault> {
    let &(bracket, at) = open.last()?;
    let message = format!("'{}' was never closed", bracket as char);
    let fault = Fault::point(message, at).end_column(0).incomplete();
    // The line is whole, its end included, only in the tokenizer's own buffer.
    let more = src[at as usize..].trim_end_matches('\n').contains('\n');
    Some(if more { fault.bare() } else { fault })
}

fn explain(
    src: &str,
    list: &[Spanned],
    open: &[(u8, u32)],
    end_fault: Option<Fault>,
    error: ParseError<u32, Tok, Fault>,
    start: Start,
) -> Fault {
    let unclosed = unclosed(src, open);
    let (at, expected) = match error {
        ParseError::User { error } => return error,
        ParseError::UnrecognizedToken { token: (start, tok, _), expected } => {
            let here = |&(place, ref other, _): &Spanned| place == start && *other == tok;
            (list.iter().position(here).unwrap_or(list.len()), expected)
        }
        ParseError::ExtraToken { token: (start, _, _) } => {
            let here = |&(place, ..): &Spanned| place == start;
            (list.iter().position(here).unwrap_or(list.len()), vec![])
        }
        ParseError::UnrecognizedEof { expected, .. } => match end_fault {
            Some(fault) => return fault,
            None => (list.len(), expected),
        },
        ParseError::InvalidToken { .. } => (list.len(), vec![]),
    };
    // An expression's line may end: what is wrong is what follows.
    let ended = start == Start::Expression && matches!(list.get(at), Some((_, Tok::Newline, _)));
    let at = if ended { at + 1 } else { at };
    diagnose(&Stop { src, list, at, expected, start }, open, unclosed)
}

#[cfg(test)]
mod tests {
    #[test]
    fn generated_parser_fits_the_grammar() {
        let grammar = include_bytes!("parser/python.lalrpop");
        let hash = grammar
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        let head = include_str!("parser/generated.rs").lines().next().unwrap_or_default();
        let wanted = format!("// grammar {hash:016x}");
        assert_eq!(head, wanted, "run `cargo run` in grammar/generate");
    }
}
