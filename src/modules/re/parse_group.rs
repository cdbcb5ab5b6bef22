//! The syntax of what stands in parentheses: groups, conditions, assertions and flags.

use super::node::{Node, flag};
use super::parse::{Parsed, Parser, PatternError};

impl Parser<'_> {
    /// Text up to `end`, which is read too.
    pub(super) fn until(&mut self, end: char, what: &str) -> Parsed<String> {
        let start = self.at;
        while let Some(c) = self.next() {
            if c == end {
                let text: String = self.chars[start..self.at - 1].iter().collect();
                if text.is_empty() {
                    return Err(self.error(format!("missing {what}"), 1));
                }
                return Ok(text);
            }
        }
        let back = self.at - start;
        if back == 0 {
            return Err(self.error(format!("missing {what}"), 0));
        }
        Err(self.error(format!("missing {end}, unterminated name"), back))
    }

    pub(super) fn check_name(&self, name: &str, offset: usize) -> Parsed<()> {
        let quoted = crate::modules::re::quoted(name, self.is_bytes);
        if self.is_bytes && !name.is_ascii() {
            let quoted = crate::modules::re::quoted_in_ascii(name);
            return Err(self.error(format!("bad character in group name {quoted}"), name.chars().count() + offset));
        }
        if !crate::builtins::str::is_identifier(name) {
            return Err(self.error(format!("bad character in group name {quoted}"), name.chars().count() + offset));
        }
        Ok(())
    }

    pub(super) fn group_of_name(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known.as_deref() == Some(name))
    }

    /// What begins with a parenthesis, which has been read; None for flags and comments.
    pub(super) fn group(&mut self, flags: &mut u32, first: bool) -> Parsed<Option<Node>> {
        let start = self.at - 1;
        if !self.take('?') {
            return self.capture(start, None, *flags).map(Some);
        }
        let Some(c) = self.next() else { return Err(self.error("unexpected end of pattern", 0)) };
        match c {
            'P' => {
                if self.take('<') {
                    let name = self.until('>', "group name")?;
                    self.check_name(&name, 1)?;
                    return self.capture(start, Some(name), *flags).map(Some);
                }
                if self.take('=') {
                    let name = self.until(')', "group name")?;
                    self.check_name(&name, 1)?;
                    let Some(group) = self.group_of_name(&name) else {
                        let quoted = crate::modules::re::quoted(&name, false);
                        return Err(self.error(format!("unknown group name {quoted}"), name.chars().count() + 1));
                    };
                    self.check_reference(group, name.chars().count() + 1)?;
                    return Ok(Some(Node::Reference(group, self.case(*flags))));
                }
                let Some(c) = self.next() else { return Err(self.error("unexpected end of pattern", 0)) };
                Err(self.error(format!("unknown extension ?P{c}"), 3))
            }
            ':' => self.inside(start, *flags).map(Some),
            '#' => loop {
                match self.next() {
                    None => {
                        return Err(PatternError::Syntax("missing ), unterminated comment".to_owned(), Some(start)));
                    }
                    Some(')') => return Ok(None),
                    Some(_) => {}
                }
            },
            '=' | '!' => {
                let node = Box::new(self.inside(start, *flags)?);
                Ok(Some(Node::Look { node, negated: c == '!', behind: None }))
            }
            '<' => self.look_behind(start, *flags).map(Some),
            '>' => Ok(Some(Node::Atomic(Box::new(self.inside(start, *flags)?)))),
            '(' => self.condition(start, *flags).map(Some),
            c if "aiLmsux-".contains(c) => self.flags(c, start, flags, first),
            c => Err(self.error(format!("unknown extension ?{c}"), 2)),
        }
    }

    /// The inside of a group, and its closing parenthesis.
    pub(super) fn inside(&mut self, start: usize, flags: u32) -> Parsed<Node> {
        let node = self.alternatives(flags, false)?;
        if !self.take(')') {
            return Err(PatternError::Syntax("missing ), unterminated subpattern".to_owned(), Some(start)));
        }
        // A group without a number is still an item of its own for repetitions.
        Ok(match node {
            node @ (Node::Repeat { .. } | Node::At(_)) => Node::Sequence(vec![node]),
            node => node,
        })
    }

    pub(super) fn capture(&mut self, start: usize, name: Option<String>, flags: u32) -> Parsed<Node> {
        let number = self.names.len();
        if let Some(name) = &name {
            if let Some(earlier) = self.group_of_name(name) {
                let quoted = crate::modules::re::quoted(name, false);
                let message = format!("redefinition of group name {quoted} as group {number}; was group {earlier}");
                return Err(self.error(message, name.chars().count() + 1));
            }
        }
        self.names.push(name);
        self.widths.push(None);
        let node = self.inside(start, flags)?;
        self.widths[number] = Some(self.width(&node));
        Ok(Node::Group(number, Box::new(node)))
    }

    pub(super) fn width(&self, node: &Node) -> (u64, u64) {
        let widths: Vec<(u64, u64)> = self.widths.iter().map(|width| width.unwrap_or((0, 1 << 32))).collect();
        node.width(&widths)
    }

    pub(super) fn look_behind(&mut self, start: usize, flags: u32) -> Parsed<Node> {
        let negated = match self.next() {
            Some('=') => false,
            Some('!') => true,
            None => return Err(self.error("unexpected end of pattern", 0)),
            Some(c) => return Err(self.error(format!("unknown extension ?<{c}"), 3)),
        };
        let outer = self.lookbehind;
        self.lookbehind = outer.or(Some(self.names.len()));
        let node = self.inside(start, flags)?;
        self.lookbehind = outer;
        let (low, high) = self.width(&node);
        if low != high {
            return Err(PatternError::Syntax("look-behind requires fixed-width pattern".to_owned(), None));
        }
        Ok(Node::Look { node: Box::new(node), negated, behind: Some(low as usize) })
    }

    pub(super) fn condition(&mut self, start: usize, flags: u32) -> Parsed<Node> {
        let name = self.until(')', "group name")?;
        let len = name.chars().count();
        let group = if name.bytes().all(|byte| byte.is_ascii_digit()) {
            let group = name.parse().unwrap_or(usize::MAX);
            if group == 0 {
                return Err(self.error("bad group number", len + 1));
            }
            self.conditions.push((group, self.at - len - 1));
            group
        } else {
            self.check_name(&name, 1)?;
            match self.group_of_name(&name) {
                Some(group) => group,
                None => {
                    let quoted = crate::modules::re::quoted(&name, false);
                    return Err(self.error(format!("unknown group name {quoted}"), len + 1));
                }
            }
        };
        if let Some(first) = self.lookbehind {
            if self.widths.get(group).is_none_or(Option::is_none) {
                return Err(self.error("cannot refer to an open group", 0));
            }
            if group >= first {
                return Err(self.error("cannot refer to group defined in the same lookbehind subpattern", 0));
            }
        }
        let mut inner = flags;
        let yes = self.sequence(&mut inner, false)?;
        let no = if self.take('|') {
            let no = self.sequence(&mut inner, false)?;
            if self.peek() == Some('|') {
                return Err(self.error("conditional backref with more than two branches", 0));
            }
            no
        } else {
            Node::Sequence(Vec::new())
        };
        if !self.take(')') {
            return Err(PatternError::Syntax("missing ), unterminated subpattern".to_owned(), Some(start)));
        }
        Ok(Node::Condition { group, yes: Box::new(yes), no: Box::new(no) })
    }

    pub(super) fn flag(&self, c: char) -> Parsed<u32> {
        let bit = match c {
            'i' => flag::IGNORECASE,
            'L' => flag::LOCALE,
            'm' => flag::MULTILINE,
            's' => flag::DOTALL,
            'x' => flag::VERBOSE,
            'a' => flag::ASCII,
            'u' => flag::UNICODE,
            _ => return Err(self.error("unknown flag", 1)),
        };
        if self.is_bytes && bit == flag::UNICODE {
            return Err(self.error("bad inline flags: cannot use 'u' flag with a bytes pattern", 0));
        }
        if !self.is_bytes && bit == flag::LOCALE {
            return Err(self.error("bad inline flags: cannot use 'L' flag with a str pattern", 0));
        }
        Ok(bit)
    }

    /// `(?i)` and `(?i-s:...)`; the first letter has been read.
    pub(super) fn flags(&mut self, first: char, start: usize, flags: &mut u32, at_start: bool) -> Parsed<Option<Node>> {
        const TYPES: u32 = flag::ASCII | flag::LOCALE | flag::UNICODE;
        let (mut add, mut remove) = (0, 0);
        let mut c = first;
        while c != '-' {
            let bit = self.flag(c)?;
            if bit & TYPES != 0 && (add | bit) & TYPES != bit {
                return Err(self.error("bad inline flags: flags 'a', 'u' and 'L' are incompatible", 0));
            }
            add |= bit;
            match self.next() {
                None => return Err(self.error("missing -, : or )", 0)),
                Some(')') => {
                    if !at_start {
                        let back = self.at - start;
                        return Err(self.error("global flags not at the start of the expression", back));
                    }
                    self.global |= add;
                    *flags |= add;
                    return Ok(None);
                }
                Some(':') => return self.scoped(start, *flags, add, 0).map(Some),
                Some(next) if next == '-' || next.is_alphabetic() => c = next,
                Some(_) => return Err(self.error("missing -, : or )", 1)),
            }
        }
        if add & (flag::DEBUG) != 0 {
            return Err(self.error("bad inline flags: cannot turn on global flag", 1));
        }
        let Some(mut c) = self.next() else { return Err(self.error("missing flag", 0)) };
        if !c.is_alphabetic() {
            return Err(self.error("missing flag", 1));
        }
        loop {
            let bit = self.flag(c)?;
            if bit & TYPES != 0 {
                return Err(self.error("bad inline flags: cannot turn off flags 'a', 'u' and 'L'", 0));
            }
            remove |= bit;
            match self.next() {
                None => return Err(self.error("missing :", 0)),
                Some(':') => break,
                Some(next) if next.is_alphabetic() => c = next,
                Some(_) => return Err(self.error("missing :", 1)),
            }
        }
        if add & remove != 0 {
            return Err(self.error("bad inline flags: flag turned on and off", 1));
        }
        self.scoped(start, *flags, add, remove).map(Some)
    }

    pub(super) fn scoped(&mut self, start: usize, flags: u32, add: u32, remove: u32) -> Parsed<Node> {
        let mut inner = (flags | add) & !remove;
        if add & flag::ASCII != 0 {
            inner &= !flag::UNICODE;
        }
        if add & flag::UNICODE != 0 {
            inner &= !flag::ASCII;
        }
        self.inside(start, inner)
    }
}
