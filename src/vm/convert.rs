//! Conversions: str, repr, format, int, float, index.

use super::number::int;
use crate::builtins::format;
use crate::object::number::{float_text, int_text};
use crate::object::{Known, Name, Ptr, Raised, Str, Value, Vm};

/// The containers that are being printed, by thread.
#[derive(Default)]
struct ReprStack(std::collections::HashSet<(usize, usize)>);

impl Vm {
    /// `str(value)`.
    ///
    /// # Errors
    ///
    /// What `__str__` raises, or TypeError if it returns no string.
    pub fn str(&mut self, value: &Value) -> Result<Ptr<Str>, Raised> {
        match value {
            Value::Str(text) => return Ok(text.to_ptr()),
            Value::Object(_) | Value::Exc(_) | Value::Class(_) | Value::Foreign(_) => {}
            _ => return self.repr(value),
        }
        match self.nested(" while getting the str of an object", |vm| vm.call_special(value, Name::__str__, &[]))? {
            Some(text) => self.string_result(text, "__str__ returned non-string (type ", ")"),
            None => self.repr(value),
        }
    }

    fn string_result(&mut self, text: Value, before: &str, after: &str) -> Result<Ptr<Str>, Raised> {
        match self.unwrap(&text) {
            Value::Str(text) => Ok(text.to_ptr()),
            _ => {
                let found = self.class_name(&text);
                Err(self.type_error(format!("{before}{found}{after}")))
            }
        }
    }

    /// `repr(value)`. Containers in containers guard against recursion with `enter_repr`.
    ///
    /// # Errors
    ///
    /// What `__repr__` raises, or TypeError if it returns no string.
    pub fn repr(&mut self, value: &Value) -> Result<Ptr<Str>, Raised> {
        match value {
            Value::Int(n) => {
                let mut digits = [0; 65];
                let text = int_text::small(*n, &mut digits);
                return Ok(Str::with_chars(text, text.len()));
            }
            Value::Str(text) => return Ok(Str::new(&crate::object::quote::quoted(text.as_str()))),
            Value::Float(x) => return Ok(Str::new(&float_text::repr(x.get()))),
            Value::None => return Ok(Str::new("None")),
            Value::Bool(b) => return Ok(Str::new(if b.get() { "True" } else { "False" })),
            Value::BigInt(n) => return self.big_to_text(&n.number).map(|text| Str::new(&text)),
            Value::Ellipsis => return Ok(Str::new("Ellipsis")),
            Value::NotImplemented => return Ok(Str::new("NotImplemented")),
            _ => {}
        }
        match self.nested(" while getting the repr of an object", |vm| vm.call_special(value, Name::__repr__, &[]))? {
            Some(text) => self.string_result(text, "__repr__ returned non-string (type ", ")"),
            None => {
                let class = self.class_name(value);
                Ok(Str::new(&format!("<{class} object at {:#x}>", value.identity())))
            }
        }
    }

    /// `ascii(value)`.
    ///
    /// # Errors
    ///
    /// As for `repr`.
    pub fn ascii(&mut self, value: &Value) -> Result<Ptr<Str>, Raised> {
        let text = self.repr(value)?;
        if text.is_ascii() {
            return Ok(text);
        }
        let mut out = String::with_capacity(text.as_str().len() * 2);
        for c in text.as_str().chars() {
            match c as u32 {
                0..=0x7f => out.push(c),
                code @ 0x80..=0xff => out.push_str(&format!("\\x{code:02x}")),
                code @ 0x100..=0xffff => out.push_str(&format!("\\u{code:04x}")),
                code => out.push_str(&format!("\\U{code:08x}")),
            }
        }
        Ok(Str::new(&out))
    }

    /// `format(value, spec)`.
    ///
    /// # Errors
    ///
    /// What `__format__` raises, or TypeError if it returns no string.
    pub fn format(&mut self, value: &Value, spec: &str) -> Result<Ptr<Str>, Raised> {
        if spec.is_empty() {
            match value {
                Value::Str(text) => return Ok(text.to_ptr()),
                Value::Int(_) | Value::Float(_) | Value::Bool(_) => return self.repr(value),
                _ => {}
            }
        }
        if format::is_plain(value) {
            let mut text = String::with_capacity(32);
            format::append(self, value, spec, &mut text)?;
            return Ok(Str::new(&text));
        }
        let spec = Value::str(spec);
        match self.call_special(value, Name::__format__, std::slice::from_ref(&spec))? {
            Some(text) => self.string_result(text, "__format__ must return a str, not ", ""),
            None => {
                let class = self.class_name(value);
                Err(self.type_error(format!("Type {class} doesn't define __format__")))
            }
        }
    }

    /// `format(value, spec)`, appended to `out`.
    ///
    /// # Errors
    ///
    /// As for `format`.
    pub(crate) fn append_format(&mut self, value: &Value, spec: &str, out: &mut String) -> Result<(), Raised> {
        if format::is_plain(value) {
            return format::append(self, value, spec, out);
        }
        let text = self.format(value, spec)?;
        out.push_str(text.as_str());
        Ok(())
    }

    /// `operator.index(value)`: an `Int` or `BigInt` (bools become ints).
    ///
    /// # Errors
    ///
    /// TypeError: 'X' object cannot be interpreted as an integer.
    pub fn index(&mut self, value: &Value) -> Result<Value, Raised> {
        match value {
            Value::Int(_) | Value::BigInt(_) => return Ok(value.clone()),
            Value::Bool(b) => return Ok(Value::Int(b.get().into())),
            _ => {}
        }
        if let part @ (Value::Int(_) | Value::BigInt(_)) = self.unwrap(value) {
            return Ok(part.clone());
        }
        let Some(answer) = self.call_special(value, Name::__index__, &[])? else {
            let class = self.class_name(value);
            return Err(self.type_error(format!("'{class}' object cannot be interpreted as an integer")));
        };
        let number = match self.unwrap(&answer) {
            Value::Bool(b) => Value::Int(b.get().into()),
            part @ (Value::Int(_) | Value::BigInt(_)) => part.clone(),
            _ => {
                let found = self.class_name(&answer);
                return Err(self.type_error(format!("__index__ returned non-int (type {found})")));
            }
        };
        if let Value::Object(_) | Value::Bool(_) = answer {
            self.warn_subclass_answer("__index__", &answer, "int")?;
        }
        Ok(number)
    }

    /// As `index`, as a machine integer; IndexError "cannot fit 'int' into an index-sized integer" beyond.
    ///
    /// # Errors
    ///
    /// TypeError and IndexError.
    pub fn index_isize(&mut self, value: &Value) -> Result<isize, Raised> {
        match self.index(value)? {
            Value::Int(n) => Ok(n as isize),
            _ => {
                let class = self.class_name(value);
                Err(self.raise(Known::IndexError, format!("cannot fit '{class}' into an index-sized integer")))
            }
        }
    }

    /// As `index_isize` but clamped to the range, as slices do.
    ///
    /// # Errors
    ///
    /// TypeError.
    pub fn index_clamped(&mut self, value: &Value) -> Result<isize, Raised> {
        Ok(match &self.index(value)? {
            Value::Int(n) => *n as isize,
            Value::BigInt(n) if n.number.sign() == num_bigint::Sign::Minus => isize::MIN,
            _ => isize::MAX,
        })
    }

    /// A float argument: floats, ints, `__float__`, `__index__`.
    ///
    /// # Errors
    ///
    /// TypeError: must be real number, not X.
    pub fn to_f64(&mut self, value: &Value) -> Result<f64, Raised> {
        match value {
            Value::Float(x) => return Ok(x.get()),
            Value::Int(n) => return Ok(*n as f64),
            Value::Bool(b) => return Ok(f64::from(u8::from(b.get()))),
            Value::BigInt(n) => {
                return match int::big_to_f64(&n.number) {
                    Some(x) => Ok(x),
                    None => Err(self.raise(Known::OverflowError, "int too large to convert to float")),
                };
            }
            _ => {}
        }
        if let Value::Float(x) = self.unwrap(value) {
            return Ok(x.get());
        }
        if let Some(answer) = self.call_special(value, Name::__float__, &[])? {
            return self.float_answer(value, &answer);
        }
        let class = self.class_of(value);
        if self.lookup_name(&class, Name::__index__).is_some() {
            let number = self.index(value)?;
            return self.to_f64(&number);
        }
        let class = class.name(&self.gil).to_owned();
        Err(self.type_error(format!("must be real number, not {class}")))
    }

    /// The number that `value.__float__()` has answered.
    ///
    /// # Errors
    ///
    /// TypeError if it is no float; the warning about an instance of a subclass, if the filters make it an error.
    pub(crate) fn float_answer(&mut self, value: &Value, answer: &Value) -> Result<f64, Raised> {
        let Value::Float(x) = self.unwrap(answer) else {
            let (class, found) = (self.class_name(value), self.class_name(answer));
            return Err(self.type_error(format!("{class}.__float__ returned non-float (type {found})")));
        };
        let x = x.get();
        if let Value::Object(_) = answer {
            let name = format!("{}.__float__", self.class_name(value));
            self.warn_subclass_answer(&name, answer, "float")?;
        }
        Ok(x)
    }

    /// Warns that a conversion method has answered with an instance of a subclass.
    ///
    /// # Errors
    ///
    /// The warning, if the filters make it an error.
    pub(crate) fn warn_subclass_answer(&mut self, name: &str, answer: &Value, of: &str) -> Result<(), Raised> {
        let found = self.class_name(answer);
        let message = format!(
            "{name} returned non-{of} (type {found}).  The ability to return an instance of a strict subclass of {of} \
             is deprecated, and may be removed in a future version of Python."
        );
        self.warn(Known::DeprecationWarning, &message, 1)
    }

    /// Marks a container as being printed; false if it already is (print `...`). `leave_repr` must follow a true.
    ///
    /// # Errors
    ///
    /// RecursionError when containers are nested too deeply.
    pub fn enter_repr(&mut self, value: &Value) -> Result<bool, Raised> {
        self.enter_native()?;
        let entry = (std::rc::Rc::as_ptr(&self.thread) as usize, value.identity());
        let stack = self.interp.extension::<ReprStack>(&mut self.gil);
        Ok(stack.0.insert(entry))
    }

    /// The end of what `enter_repr` began.
    pub fn leave_repr(&mut self, value: &Value) {
        let entry = (std::rc::Rc::as_ptr(&self.thread) as usize, value.identity());
        let stack = self.interp.extension::<ReprStack>(&mut self.gil);
        stack.0.remove(&entry);
    }
}
