//! From tokens to the tree.

mod build;
mod cx;
#[rustfmt::skip]
#[allow(clippy::all, clippy::pedantic, unused, unreachable_patterns)]
mod generated;
mod patterns;
mod second;
mod targets;
mod text;

use crate::ast::{Expr, Stmt};
use crate::check;
use crate::error::{ErrorKind, Fault};
use crate::lex::{Tok, Tokens, tokenize};
use cx::{Cx, Top};
use second::Source;

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
    let Tokens { list, hard, soft, late, open, mut warnings } = tokenize(src);
    // At the end of the source an open bracket is what counts.
    let at_end = soft.as_ref().is_some_and(|fault| fault.incomplete);
    let bracket = unclosed(src, &open);
    let hard = hard.map(Fault::of_tokenizer);
    let end_fault = hard.clone().or(if at_end { bracket.clone().or(soft) } else { soft.or(bracket.clone()) });
    let mut taken = list.len();
    if end_fault.is_none() && start == Start::Expression {
        taken = list.iter().rposition(|(_, tok, _)| !matches!(tok, Tok::Newline)).map_or(0, |last| last + 1);
    }
    let cx = Cx::new(src, depth);
    let first = match start {
        Start::Module => Tok::StartModule,
        Start::Expression => Tok::StartExpression,
    };
    let tokens = std::iter::once((0, first, 0)).chain(list[..taken].iter().cloned()).map(Ok);
    let tokens = tokens.chain(end_fault.clone().map(Err));
    let result = generated::TopParser::new().parse(&cx, tokens);
    let found = cx.take_fault();
    if let Some(fault) = found.as_ref().filter(|fault| fault.kind == ErrorKind::RecursionError) {
        return Err(fault.clone());
    }
    let starred = |body: &Expr| src[body.span.start as usize..].starts_with('*');
    let found = found.or_else(|| late.first().filter(|_| result.is_ok()).map(|(_, fault)| fault.clone()));
    match (found, result) {
        (None, Ok(Top::Module(body))) => {
            check::module(&body, &mut warnings).map_err(Fault::after_parse)?;
            Ok((Tree::Module(body), warnings))
        }
        // The grammar has a starred expression for the sake of statements.
        (None, Ok(Top::Expression(body))) if !starred(&body) => {
            check::expression(&body, &mut warnings).map_err(Fault::after_parse)?;
            Ok((Tree::Expression(body), warnings))
        }
        (found, _) => {
            let unclosed = bracket.as_ref().zip(open.last().map(|&(_, at)| at));
            let source = Source {
                text: src,
                depth,
                list: &list,
                late: &late,
                hard: hard.as_ref(),
                end: end_fault.as_ref(),
                unclosed,
            };
            let second = second::read(&source, start);
            Err(second.or(found).or(end_fault).unwrap_or_else(|| Fault::point("invalid syntax", src.len() as u32)))
        }
    }
}

fn unclosed(src: &str, open: &[(u8, u32)]) -> Option<Fault> {
    let &(bracket, at) = open.last()?;
    let message = format!("'{}' was never closed", bracket as char);
    let fault = Fault::point(message, at).end_column(0).incomplete();
    // The line is whole, its end included, only in the tokenizer's own buffer.
    let rest = &src[at as usize..];
    let more = rest.strip_suffix('\n').unwrap_or(rest).contains('\n');
    Some(if more { fault.bare() } else { fault })
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
