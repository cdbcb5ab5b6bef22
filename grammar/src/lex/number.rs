//! Numeric literals.

use num_bigint::BigUint;

use super::{Lexer, Step, Tok};
use crate::error::Fault;

/// The words that may follow a number without a space.
const FOLLOWERS: [&str; 8] = ["and", "else", "for", "if", "in", "is", "not", "or"];
const MAX_DIGITS: usize = 4300;

impl Lexer<'_> {
    pub(super) fn number(&mut self, start: usize) -> Step {
        let src = self.src.as_bytes();
        let mark = src.get(start + 1).map_or(0, u8::to_ascii_lowercase);
        let (radix, kind) = match (src[start], mark) {
            (b'0', b'x') => (16, "hexadecimal"),
            (b'0', b'o') => (8, "octal"),
            (b'0', b'b') => (2, "binary"),
            _ => (10, "decimal"),
        };
        let (at, tok) = match radix {
            10 => self.decimal(start)?,
            radix => self.radix(start, radix, kind)?,
        };
        if src.get(at).is_some_and(u8::is_ascii_alphabetic) {
            let message = format!("invalid {kind} literal");
            self.warnings.push((start as u32, message));
        }
        self.lex.bump(at - self.pos());
        self.push(start, tok, at);
        Ok(())
    }

    fn radix(&self, start: usize, radix: u32, kind: &str) -> Result<(usize, Tok), Fault> {
        let src = self.src.as_bytes();
        let mut at = start + 2;
        loop {
            if src.get(at) == Some(&b'_') {
                at += 1;
            }
            let first = at;
            while src.get(at).is_some_and(|&b| (b as char).is_digit(radix)) {
                at += 1;
            }
            let next = src.get(at).copied().unwrap_or(0);
            if radix < 10 && next.is_ascii_digit() {
                let message = format!("invalid digit '{}' in {kind} literal", next as char);
                return Err(Fault::point(message, at as u32));
            }
            if at == first {
                return Err(Fault::point(format!("invalid {kind} literal"), at as u32 - 1));
            }
            if next != b'_' {
                break;
            }
        }
        self.follower(at, kind)?;
        let digits = self.src[start + 2..at].replace('_', "");
        Ok((at, integer(&digits, radix)))
    }

    fn digits(&self, mut at: usize) -> Result<usize, Fault> {
        let src = self.src.as_bytes();
        loop {
            while src.get(at).is_some_and(u8::is_ascii_digit) {
                at += 1;
            }
            if src.get(at) != Some(&b'_') {
                return Ok(at);
            }
            at += 1;
            if !src.get(at).is_some_and(u8::is_ascii_digit) {
                return Err(Fault::point("invalid decimal literal", at as u32 - 1));
            }
        }
    }

    fn decimal(&mut self, start: usize) -> Result<(usize, Tok), Fault> {
        let src = self.src.as_bytes();
        let mut at = self.digits(start)?;
        let whole = at;
        let mut float = false;
        if src.get(at) == Some(&b'.') {
            float = true;
            at += 1;
            if src.get(at).is_some_and(u8::is_ascii_digit) {
                at = self.digits(at)?;
            }
        }
        if matches!(src.get(at), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(src.get(at + 1), Some(b'+' | b'-')));
            if src.get(at + 1 + sign).is_some_and(u8::is_ascii_digit) {
                float = true;
                at = self.digits(at + 1 + sign)?;
            } else if sign == 1 {
                return Err(Fault::point("invalid decimal literal", at as u32 + 1));
            }
        }
        if matches!(src.get(at), Some(b'j' | b'J')) {
            self.follower(at + 1, "imaginary")?;
            let message = "complex literals are not supported by Mini";
            self.note(Fault::range(message, start as u32, at as u32 + 1).bare());
            return Ok((at + 1, Tok::Float(0.0)));
        }
        let text = self.src[start..at].replace('_', "");
        if !float && text.starts_with('0') && text.bytes().any(|b| b != b'0') {
            let zeros = self.src[start..whole].find(|c| c != '0' && c != '_').unwrap_or(1);
            let message = "leading zeros in decimal integer literals are not permitted; \
                           use an 0o prefix for octal integers";
            return Err(Fault::range(message, start as u32, (start + zeros) as u32));
        }
        self.follower(at, "decimal")?;
        if float {
            return Ok((at, Tok::Float(text.parse().unwrap_or(f64::INFINITY))));
        }
        if text.len() > MAX_DIGITS {
            let message = format!(
                "Exceeds the limit ({MAX_DIGITS} digits) for integer string conversion: value has \
                 {} digits; use sys.set_int_max_str_digits() to increase the limit - Consider \
                 hexadecimal for huge integer literals to avoid decimal conversion limits.",
                text.len()
            );
            return Err(Fault::range(message, start as u32, at as u32));
        }
        Ok((at, integer(&text, 10)))
    }

    /// Refuses a name that touches the number, except the words that Python lets through.
    fn follower(&self, at: usize, kind: &str) -> Result<(), Fault> {
        let rest = &self.src[at..];
        let Some(c) = rest.chars().next() else {
            return Ok(());
        };
        if !(c.is_ascii_alphanumeric() || c == '_') {
            return Ok(());
        }
        let ends = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii());
        if FOLLOWERS.iter().any(|word| rest.strip_prefix(word).is_some_and(ends)) {
            return Ok(());
        }
        Err(Fault::point(format!("invalid {kind} literal"), at as u32 - 1))
    }
}

fn integer(digits: &str, radix: u32) -> Tok {
    match i64::from_str_radix(digits, radix) {
        Ok(value) => Tok::Int(value),
        Err(_) => Tok::BigInt(BigUint::parse_bytes(digits.as_bytes(), radix).unwrap_or_default()),
    }
}
