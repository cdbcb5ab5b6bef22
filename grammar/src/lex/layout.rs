//! Lines and indentation.

use super::{Lexer, Step, Stop, Tok};
use crate::error::{ErrorKind, Fault};

/// The width of an indentation, with tabs to 8 columns and with tabs as one: both must agree.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Indent {
    column: u32,
    alternate: u32,
}

const TAB: u32 = 8;
const MAX_INDENTS: usize = 99;

impl Lexer<'_> {
    pub(super) fn newline(&mut self, at: usize) -> Step {
        if self.brackets.is_empty() && self.fstrings.is_empty() {
            if self.line_is_open() {
                self.push(at, Tok::Newline, at + 1);
            }
            self.indentation()?;
        }
        Ok(())
    }

    pub(super) fn continuation(&mut self, end: usize) -> Step {
        if end >= self.src.len() {
            let fault = Fault::at("unexpected EOF while parsing", end as u32 - 1, end as u32 - 1);
            return Err(Stop::Soft(fault.end_column(-1).incomplete()));
        }
        Ok(())
    }

    /// Measures the indentation of the next line that holds something.
    pub(super) fn indentation(&mut self) -> Step {
        let start = self.pos();
        let mut here = Indent::default();
        let mut at = start;
        for byte in self.src.as_bytes()[start..].iter() {
            match byte {
                b' ' => {
                    here.column += 1;
                    here.alternate += 1;
                }
                b'\t' => {
                    here.column = (here.column / TAB + 1) * TAB;
                    here.alternate += 1;
                }
                b'\x0c' => here = Indent::default(),
                _ => break,
            }
            at += 1;
        }
        match self.src.as_bytes().get(at) {
            // A blank line or a line of comment has no indentation.
            None | Some(b'\n' | b'#') => return Ok(()),
            _ => {}
        }
        self.lex.bump(at - start);
        self.indent_to(here, start, at)
    }

    fn indent_to(&mut self, here: Indent, line: usize, at: usize) -> Step {
        let top = self.indents.last().copied().unwrap_or_default();
        if here.column == top.column {
            return self.agree(here.alternate == top.alternate, line);
        }
        if here.column > top.column {
            self.agree(here.alternate > top.alternate, line)?;
            if self.indents.len() >= MAX_INDENTS {
                let fault = Fault::at("too many levels of indentation", line as u32, line as u32)
                    .of(ErrorKind::IndentationError);
                return Err(Stop::Soft(fault));
            }
            self.indents.push(here);
            self.push(line, Tok::Indent, at);
            return Ok(());
        }
        let kept = self.indents.iter().take_while(|outer| outer.column <= here.column).count();
        let top = kept.checked_sub(1).map(|last| self.indents[last]).unwrap_or_default();
        if top.column != here.column {
            let end = self.src[at..].find('\n').map_or(self.src.len(), |n| at + n);
            let message = "unindent does not match any outer indentation level";
            let fault = Fault::at(message, end as u32, end as u32).of(ErrorKind::IndentationError).end_column(-1);
            return Err(Stop::Soft(fault));
        }
        for _ in kept..self.indents.len() {
            self.push(at, Tok::Dedent, at);
        }
        self.indents.truncate(kept);
        self.agree(here.alternate == top.alternate, line)
    }

    fn agree(&self, fine: bool, line: usize) -> Step {
        if fine {
            return Ok(());
        }
        let message = "inconsistent use of tabs and spaces in indentation";
        let fault = Fault::at(message, line as u32, line as u32).of(ErrorKind::TabError);
        Err(Stop::Soft(fault.end_column(0)))
    }

    pub(super) fn finish(&mut self) -> Step {
        let end = self.src.len();
        if !self.brackets.is_empty() {
            // The caller knows the open brackets and words the fault.
            return Ok(());
        }
        if self.line_is_open() {
            self.push(end, Tok::Newline, end);
        }
        for _ in 0..std::mem::take(&mut self.indents).len() {
            self.push(end, Tok::Dedent, end);
        }
        Ok(())
    }
}
