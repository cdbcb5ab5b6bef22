//! `str.format`, `str.format_map` and `str.__format__`.

use super::field::{self, Field, Step};
use super::{Outcome, receiver};
use crate::builtins::format;
use crate::object::{Args, Known, Raised, Value, Vm};

/// What fields refer to.
struct Fields<'a> {
    /// None for `format_map`, which has no positional values.
    values: Option<&'a [Value]>,
    keywords: Vec<(Value, Value)>,
    mapping: Option<&'a Value>,
    numbering: Numbering,
}

/// How fields without a name are numbered; a string must not mix both ways.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbering {
    Unknown,
    /// The next number.
    Automatic(usize),
    Manual,
}

pub(super) fn format(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = receiver(vm, args)?;
    let keywords = args.keywords().map(|(name, value)| (name.clone(), value.clone())).collect();
    let mut fields =
        Fields { values: Some(&args.positional()[1..]), keywords, mapping: None, numbering: Numbering::Unknown };
    let mut out = String::with_capacity(text.len());
    fields.render(vm, &text, 2, &mut out)?;
    Ok(out.into())
}

pub(super) fn format_map(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let text = receiver(vm, args)?;
    let mut fields =
        Fields { values: None, keywords: Vec::new(), mapping: Some(&args[1]), numbering: Numbering::Unknown };
    let mut out = String::with_capacity(text.len());
    fields.render(vm, &text, 2, &mut out)?;
    Ok(out.into())
}

pub(super) fn dunder_format(vm: &mut Vm, args: Args<'_>) -> Outcome {
    let spec = format::spec_argument(vm, &args[1])?;
    if spec.is_empty() {
        return vm.str(&args[0]).map(Value::from);
    }
    let text = receiver(vm, args)?;
    format::format_str(vm, &text, &spec).map(Value::from)
}

impl Fields<'_> {
    /// Appends `text` with its fields replaced; `depth` levels of fields may still be nested.
    fn render(&mut self, vm: &mut Vm, text: &str, depth: usize, out: &mut String) -> Result<(), Raised> {
        let Some(depth) = depth.checked_sub(1) else { return Err(vm.value_error("Max string recursion exceeded")) };
        let mut rest = text;
        loop {
            let piece = match field::next_piece(&mut rest) {
                Ok(Some(piece)) => piece,
                Ok(None) => return Ok(()),
                Err(message) => return Err(vm.value_error(message)),
            };
            out.push_str(piece.literal);
            if let Some(field) = piece.field {
                vm.poll_posted()?;
                self.field(vm, &field, depth, out)?;
            }
        }
    }

    fn field(&mut self, vm: &mut Vm, field: &Field<'_>, depth: usize, out: &mut String) -> Result<(), Raised> {
        let mut value = self.lookup(vm, field.name)?;
        match field.conversion {
            None => {}
            Some('s') => value = vm.str(&value)?.into_value(),
            Some('r') => value = vm.repr(&value)?.into_value(),
            Some('a') => value = vm.ascii(&value)?.into_value(),
            Some(c) if c > ' ' && c < '\u{7f}' => {
                return Err(vm.value_error(format!("Unknown conversion specifier {c}")));
            }
            Some(c) => return Err(vm.value_error(format!("Unknown conversion specifier \\x{:x}", c as u32))),
        }
        if field.spec.contains('{') {
            let mut spec = String::new();
            self.render(vm, field.spec, depth, &mut spec)?;
            return vm.append_format(&value, &spec, out);
        }
        vm.append_format(&value, field.spec, out)
    }

    fn lookup(&mut self, vm: &mut Vm, name: &str) -> Result<Value, Raised> {
        let (first, mut rest) = if name.is_empty() { ("", "") } else { field::split_name(name) };
        let index = match field::as_index(first) {
            Ok(index) => index,
            Err(message) => return Err(vm.value_error(message)),
        };
        let mut value = match self.number(vm, first, index)? {
            Some(number) => self.positional(vm, number)?,
            None => self.named(vm, first)?,
        };
        loop {
            value = match field::next_step(&mut rest) {
                Ok(None) => return Ok(value),
                Ok(Some(Step::Attribute(name))) => vm.get_attr(&value, name)?,
                Ok(Some(Step::Index(index))) => vm.getitem(&value, &Value::Int(index))?,
                Ok(Some(Step::Key(key))) => vm.getitem(&value, &Value::str(key))?,
                Err(message) => return Err(vm.value_error(message)),
            };
        }
    }

    /// The number of a positional field, counted if it has none.
    fn number(&mut self, vm: &mut Vm, first: &str, index: Option<i64>) -> Result<Option<usize>, Raised> {
        match (index, self.numbering) {
            (Some(_), Numbering::Automatic(_)) => {
                Err(vm.value_error("cannot switch from automatic field numbering to manual field specification"))
            }
            (Some(index), _) => {
                self.numbering = Numbering::Manual;
                Ok(Some(index as usize))
            }
            (None, _) if !first.is_empty() => Ok(None),
            (None, Numbering::Manual) => {
                Err(vm.value_error("cannot switch from manual field specification to automatic field numbering"))
            }
            (None, Numbering::Unknown) => {
                self.numbering = Numbering::Automatic(1);
                Ok(Some(0))
            }
            (None, Numbering::Automatic(next)) => {
                self.numbering = Numbering::Automatic(next + 1);
                Ok(Some(next))
            }
        }
    }

    fn positional(&self, vm: &mut Vm, number: usize) -> Result<Value, Raised> {
        let Some(values) = self.values else { return Err(vm.value_error("Format string contains positional fields")) };
        match values.get(number) {
            Some(value) => Ok(value.clone()),
            None => Err(vm.raise(
                Known::IndexError,
                format!("Replacement index {number} out of range for positional args tuple"),
            )),
        }
    }

    fn named(&self, vm: &mut Vm, name: &str) -> Result<Value, Raised> {
        if let Some(mapping) = self.mapping {
            return vm.getitem(mapping, &Value::str(name));
        }
        let found = self.keywords.iter().find(|(key, _)| matches!(key, Value::Str(key) if key.as_str() == name));
        match found {
            Some((_, value)) => Ok(value.clone()),
            None => Err(vm.key_error(&Value::str(name))),
        }
    }
}
