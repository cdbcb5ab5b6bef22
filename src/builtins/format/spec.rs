//! The format specification mini-language, parsed.

use crate::object::{Raised, Vm};

/// Where padding goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
    Center,
    /// Between the sign and the digits.
    Inside,
}

impl Align {
    fn of(c: char) -> Option<Align> {
        Some(match c {
            '<' => Align::Left,
            '>' => Align::Right,
            '^' => Align::Center,
            '=' => Align::Inside,
            _ => return None,
        })
    }
}

/// `[[fill]align][sign][z][#][0][width][grouping][.precision][type]`.
#[derive(Clone, Debug)]
pub(super) struct Spec {
    pub fill: char,
    pub align: Align,
    pub sign: Option<char>,
    /// `z`: no negative zero.
    pub no_negative_zero: bool,
    pub alternate: bool,
    pub width: usize,
    pub grouping: Option<char>,
    pub precision: Option<usize>,
    /// The type; what the caller gave as default if there is none.
    pub kind: Option<char>,
}

impl Spec {
    /// Parses `text` for an object of the type `type_name`, whose default format is `default` and
    /// which is aligned to `align` by default.
    ///
    /// # Errors
    ///
    /// ValueError for what is no specification, or an impossible combination.
    pub fn parse(
        vm: &mut Vm,
        text: &str,
        type_name: &str,
        default: Option<char>,
        align: Align,
    ) -> Result<Spec, Raised> {
        let mut rest = text;
        let mut spec = Spec {
            fill: ' ',
            align,
            sign: None,
            no_negative_zero: false,
            alternate: false,
            width: 0,
            grouping: None,
            precision: None,
            kind: default,
        };
        let mut chars = rest.chars();
        let (first, second) = (chars.next(), chars.next());
        let mut fill_given = false;
        let mut align_given = false;
        if let (Some(fill), Some(align)) = (first, second.and_then(Align::of)) {
            (spec.fill, spec.align) = (fill, align);
            (fill_given, align_given) = (true, true);
            rest = &rest[fill.len_utf8() + 1..];
        } else if let Some(align) = first.and_then(Align::of) {
            spec.align = align;
            align_given = true;
            rest = &rest[1..];
        }
        if let Some(sign) = rest.chars().next().filter(|c| matches!(c, '+' | '-' | ' ')) {
            spec.sign = Some(sign);
            rest = &rest[1..];
        }
        if take(&mut rest, 'z') {
            spec.no_negative_zero = true;
        }
        if take(&mut rest, '#') {
            spec.alternate = true;
        }
        if !fill_given && rest.starts_with('0') {
            spec.fill = '0';
            if !align_given && align == Align::Right {
                spec.align = Align::Inside;
            }
            rest = &rest[1..];
        }
        if let Some(width) = number(vm, &mut rest)? {
            spec.width = width;
        }
        if take(&mut rest, ',') {
            spec.grouping = Some(',');
        }
        if take(&mut rest, '_') {
            if spec.grouping.is_some() {
                return Err(vm.value_error("Cannot specify both ',' and '_'."));
            }
            spec.grouping = Some('_');
        }
        if rest.starts_with(',') && spec.grouping == Some('_') {
            return Err(vm.value_error("Cannot specify both ',' and '_'."));
        }
        if take(&mut rest, '.') {
            spec.precision = number(vm, &mut rest)?;
            if spec.precision.is_none() {
                return Err(vm.value_error("Format specifier missing precision"));
            }
        }
        let mut chars = rest.chars();
        if let Some(kind) = chars.next() {
            if chars.next().is_some() {
                return Err(
                    vm.value_error(format!("Invalid format specifier '{text}' for object of type '{type_name}'"))
                );
            }
            spec.kind = Some(kind);
        }
        spec.check_grouping(vm)?;
        // A precision shortens texts; for numbers a larger one than this is refused.
        let filled = spec.precision.filter(|&precision| type_name != "str" && precision <= i32::MAX as usize);
        vm.expect_room(spec.width.max(filled.unwrap_or(0)).saturating_mul(2))?;
        Ok(spec)
    }

    fn check_grouping(&self, vm: &mut Vm) -> Result<(), Raised> {
        let Some(separator) = self.grouping else { return Ok(()) };
        match self.kind {
            None | Some('d' | 'e' | 'f' | 'g' | 'E' | 'G' | '%' | 'F') => Ok(()),
            Some('b' | 'o' | 'x' | 'X') if separator == '_' => Ok(()),
            Some(kind) => Err(vm.value_error(format!("Cannot specify '{separator}' with '{}'.", shown(kind)))),
        }
    }

    /// The ValueError for a type that the object does not have.
    pub fn unknown(&self, vm: &mut Vm, type_name: &str) -> Raised {
        let kind = shown(self.kind.unwrap_or_default());
        vm.value_error(format!("Unknown format code '{kind}' for object of type '{type_name}'"))
    }
}

/// A type character in a message.
fn shown(kind: char) -> String {
    if kind > ' ' && kind < '\u{80}' { kind.to_string() } else { format!("\\x{:x}", kind as u32) }
}

fn take(rest: &mut &str, c: char) -> bool {
    match rest.strip_prefix(c) {
        Some(after) => {
            *rest = after;
            true
        }
        None => false,
    }
}

/// The number that `rest` begins with.
fn number(vm: &mut Vm, rest: &mut &str) -> Result<Option<usize>, Raised> {
    let mut value: usize = 0;
    let mut digits = 0;
    for c in rest.chars() {
        let Some(digit) = crate::object::unicode::decimal(c) else { break };
        value = match value.checked_mul(10).and_then(|value| value.checked_add(digit.into())) {
            Some(value) if value <= isize::MAX as usize => value,
            _ => return Err(vm.value_error("Too many decimal digits in format string")),
        };
        digits += c.len_utf8();
    }
    *rest = &rest[digits..];
    Ok((digits > 0).then_some(value))
}
