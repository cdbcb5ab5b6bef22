//! Decides which names are keywords by where they stand, and which parentheses hold the items of
//! a `with` statement: choices that one token of look-ahead cannot make.

use super::{Spanned, Tok};

/// Rewrites the tokens in place.
pub(super) fn resolve(tokens: &mut [Spanned]) {
    // One entry for each open block: whether it is the body of a `match`.
    let mut blocks = vec![false];
    let mut line_is_match = false;
    let mut at_line_start = true;
    let mut at_statement = true;
    for at in 0..tokens.len() {
        let (line_start, statement) = (at_line_start, at_statement);
        (at_line_start, at_statement) = (false, false);
        if line_start && tokens[at].1 != Tok::Indent {
            line_is_match = false;
        }
        match &tokens[at].1 {
            Tok::Newline => (at_line_start, at_statement) = (true, true),
            Tok::Indent => {
                blocks.push(std::mem::take(&mut line_is_match));
                (at_line_start, at_statement) = (true, true);
            }
            Tok::Dedent => {
                blocks.pop();
                (at_line_start, at_statement) = (true, true);
            }
            Tok::Semi | Tok::Colon => at_statement = true,
            Tok::With => parenthesised_items(tokens, at + 1),
            Tok::Name(name) if statement => match &**name {
                "match" if line_start && opens_block(&tokens[at + 1..]) => {
                    line_is_match = true;
                    tokens[at].1 = Tok::Match;
                }
                "case" if line_start && blocks.last() == Some(&true) => tokens[at].1 = Tok::Case,
                "type" if matches!(tokens.get(at + 1), Some((_, Tok::Name(_), _))) => {
                    tokens[at].1 = Tok::Type;
                }
                _ => {}
            },
            _ => {}
        }
    }
}

/// Whether a logical line ends in a colon that it does not start with.
fn opens_block(rest: &[Spanned]) -> bool {
    let end = rest.iter().position(|(_, tok, _)| *tok == Tok::Newline).unwrap_or(rest.len());
    end >= 2 && rest[end - 1].1 == Tok::Colon && rest[0].1 != Tok::Colon
}

/// Marks the `(` at `at` if it opens the items of a `with` statement, not an expression.
fn parenthesised_items(tokens: &mut [Spanned], at: usize) {
    if tokens.get(at).is_none_or(|(_, tok, _)| *tok != Tok::LPar) {
        return;
    }
    let mut depth = 0usize;
    let mut items = false;
    let mut item_start = true;
    for next in at..tokens.len() {
        let starts = std::mem::take(&mut item_start);
        match &tokens[next].1 {
            Tok::LPar | Tok::LSqb | Tok::LBrace => {
                item_start = depth == 0;
                items |= depth == 1;
                depth += 1;
            }
            Tok::RPar | Tok::RSqb | Tok::RBrace => {
                depth -= 1;
                if depth == 0 {
                    let colon =
                        tokens.get(next + 1).is_some_and(|(_, tok, _)| matches!(tok, Tok::Colon | Tok::Newline));
                    if colon && items {
                        tokens[at].1 = Tok::WithLPar;
                    }
                    return;
                }
            }
            Tok::Newline => return,
            Tok::Comma if depth == 1 => item_start = true,
            Tok::Star if depth == 1 && starts => return,
            Tok::Yield | Tok::For | Tok::Async | Tok::Walrus if depth == 1 => return,
            _ => items = true,
        }
    }
}
