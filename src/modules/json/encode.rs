//! Values to JSON.

use super::text::push_string;
use crate::builtins::number::to_big;
use crate::builtins::str::text_of;
use crate::object::number::float_text;
use crate::object::{Args, Known, Name, Raised, Value, Vm};

/// Nesting that CPython's encoder refuses too.
const MAX_DEPTH: usize = 9000;

/// What `encode` was called with, and what it made so far.
struct Encoder {
    default: Value,
    check_circular: bool,
    ensure_ascii: bool,
    allow_nan: bool,
    /// None for everything on one line.
    indent: Option<String>,
    item_separator: String,
    key_separator: String,
    sort_keys: bool,
    skip_keys: bool,
    /// The containers around the value being encoded, against circles.
    around: Vec<Value>,
    depth: usize,
    out: String,
}

/// `encode(value, default, check_circular, ensure_ascii, allow_nan, indent, item_separator, key_separator, sort_keys, skipkeys)`.
pub(super) fn encode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let indent = match vm.unwrap(&args[5]) {
        Value::None => None,
        Value::Str(text) => Some(text.as_str().to_owned()),
        _ => {
            let count = vm.expect_isize(&args[5])?.max(0) as usize;
            Some(" ".repeat(count.min(1 << 20)))
        }
    };
    let mut encoder = Encoder {
        default: args[1].clone(),
        check_circular: vm.truth(&args[2])?,
        ensure_ascii: vm.truth(&args[3])?,
        allow_nan: vm.truth(&args[4])?,
        indent,
        item_separator: vm.expect_str(&args[6], "item_separator")?.as_str().to_owned(),
        key_separator: vm.expect_str(&args[7], "key_separator")?.as_str().to_owned(),
        sort_keys: vm.truth(&args[8])?,
        skip_keys: vm.truth(&args[9])?,
        around: Vec::new(),
        depth: 0,
        out: String::new(),
    };
    encoder.value(vm, &args[0])?;
    vm.text(&encoder.out)
}

/// `encode_string(text, ensure_ascii)`.
pub(super) fn encode_string(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(text) = text_of(vm, &args[0]) else {
        let found = vm.class_name(&args[0]);
        return Err(vm.type_error(format!("first argument must be a string, not {found}")));
    };
    let ensure_ascii = vm.truth(&args[1])?;
    let mut out = String::with_capacity(text.len() + 2);
    push_string(&mut out, &text, ensure_ascii);
    vm.text(&out)
}

impl Encoder {
    fn float(&self, vm: &mut Vm, x: f64) -> Result<String, Raised> {
        if x.is_finite() {
            return Ok(float_text::repr(x));
        }
        if !self.allow_nan {
            let shown = float_text::special(x);
            return Err(vm.value_error(format!("Out of range float values are not JSON compliant: {shown}")));
        }
        Ok(match x {
            x if x.is_nan() => "NaN",
            x if x > 0.0 => "Infinity",
            _ => "-Infinity",
        }
        .to_owned())
    }

    fn int(&self, vm: &mut Vm, value: &Value) -> Result<String, Raised> {
        match value {
            Value::Int(small) => Ok(small.to_string()),
            other => vm.big_to_text(&to_big(other)),
        }
    }

    fn value(&mut self, vm: &mut Vm, value: &Value) -> Result<(), Raised> {
        vm.poll_posted()?;
        let plain = vm.unwrap(value).clone();
        match &plain {
            Value::None => self.out.push_str("null"),
            Value::Bool(truth) => self.out.push_str(if truth.get() { "true" } else { "false" }),
            Value::Int(_) | Value::BigInt(_) => {
                let text = self.int(vm, &plain)?;
                self.out.push_str(&text);
            }
            Value::Float(x) => {
                let text = self.float(vm, x.get())?;
                self.out.push_str(&text);
            }
            Value::Str(text) => push_string(&mut self.out, text, self.ensure_ascii),
            Value::List(_) | Value::Tuple(_) => return self.nested(vm, value, Self::items),
            Value::Dict(_) => return self.nested(vm, value, Self::pairs),
            _ => return self.nested(vm, value, Self::by_default),
        }
        Ok(())
    }

    /// Encodes something that may contain itself.
    fn nested(
        &mut self,
        vm: &mut Vm,
        value: &Value,
        encode: fn(&mut Self, &mut Vm, &Value) -> Result<(), Raised>,
    ) -> Result<(), Raised> {
        vm.enter_native()?;
        if self.check_circular && self.around.iter().any(|outer| outer.is(value)) {
            return Err(vm.value_error("Circular reference detected"));
        }
        if self.around.len() >= MAX_DEPTH {
            return Err(
                vm.raise(Known::RecursionError, "maximum recursion depth exceeded while encoding a JSON object")
            );
        }
        self.around.push(value.clone());
        encode(self, vm, value)?;
        self.around.pop();
        Ok(())
    }

    fn line(&mut self, vm: &mut Vm) -> Result<(), Raised> {
        if let Some(indent) = &self.indent {
            self.out.push('\n');
            for _ in 0..self.depth {
                vm.poll_posted()?;
                self.out.push_str(indent);
            }
        }
        Ok(())
    }

    fn items(&mut self, vm: &mut Vm, value: &Value) -> Result<(), Raised> {
        let items = match vm.unwrap(value) {
            Value::Tuple(items) => items.to_vec(),
            _ => vm.collect(value)?,
        };
        if items.is_empty() {
            self.out.push_str("[]");
            return Ok(());
        }
        self.out.push('[');
        self.depth += 1;
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.out.push_str(&self.item_separator);
            }
            self.line(vm)?;
            self.value(vm, item)?;
        }
        self.depth -= 1;
        self.line(vm)?;
        self.out.push(']');
        Ok(())
    }

    /// The pairs of a dict; those of a subclass come from its `items`.
    fn pairs_of(&self, vm: &mut Vm, value: &Value) -> Result<Vec<(Value, Value)>, Raised> {
        if let Value::Dict(dict) = value {
            if !self.sort_keys {
                return Ok(dict
                    .data
                    .get(&vm.gil)
                    .iter()
                    .map(|entry| (entry.key.clone(), entry.value.clone()))
                    .collect());
            }
        }
        let items = vm.call_method(value, Name::Items, &[])?;
        let mut pairs = vm.collect(&items)?;
        if self.sort_keys {
            let list = Value::list(pairs);
            vm.call_method_str(&list, "sort", &[])?;
            pairs = vm.collect(&list)?;
        }
        let mut result = Vec::with_capacity(pairs.len());
        for pair in pairs {
            match &pair {
                Value::Tuple(pair) if pair.len() == 2 => result.push((pair[0].clone(), pair[1].clone())),
                _ => return Err(vm.value_error("items must return 2-tuples")),
            }
        }
        Ok(result)
    }

    /// A key as text; None if it is to be skipped.
    fn key(&self, vm: &mut Vm, key: &Value) -> Result<Option<String>, Raised> {
        let plain = vm.unwrap(key).clone();
        Ok(Some(match &plain {
            Value::Str(text) => text.as_str().to_owned(),
            Value::None => "null".to_owned(),
            Value::Bool(truth) => if truth.get() { "true" } else { "false" }.to_owned(),
            Value::Int(_) | Value::BigInt(_) => self.int(vm, &plain)?,
            Value::Float(x) => self.float(vm, x.get())?,
            _ if self.skip_keys => return Ok(None),
            _ => {
                let found = vm.class_name(key);
                return Err(vm.type_error(format!("keys must be str, int, float, bool or None, not {found}")));
            }
        }))
    }

    fn pairs(&mut self, vm: &mut Vm, value: &Value) -> Result<(), Raised> {
        let pairs = self.pairs_of(vm, value)?;
        if pairs.is_empty() {
            self.out.push_str("{}");
            return Ok(());
        }
        self.out.push('{');
        self.depth += 1;
        let mut first = true;
        for (key, item) in &pairs {
            let Some(key) = self.key(vm, key)? else { continue };
            if !std::mem::take(&mut first) {
                self.out.push_str(&self.item_separator);
            }
            self.line(vm)?;
            push_string(&mut self.out, &key, self.ensure_ascii);
            self.out.push_str(&self.key_separator);
            self.value(vm, item)?;
        }
        self.depth -= 1;
        if !first {
            self.line(vm)?;
        }
        self.out.push('}');
        Ok(())
    }

    fn by_default(&mut self, vm: &mut Vm, value: &Value) -> Result<(), Raised> {
        let default = self.default.clone();
        let replacement = vm.call(&default, std::slice::from_ref(value))?;
        self.value(vm, &replacement)
    }
}
