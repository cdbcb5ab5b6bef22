//! The instructions of `match`.

use crate::object::{ClassFlags, Dict, Known, Name, Raised, Value, Vm};

impl Vm {
    fn pattern_flag(&self, value: &Value, flag: u32) -> bool {
        self.class_of(value).flags(&self.gil).has(flag)
    }

    /// Whether a value is a sequence for patterns (PEP 634): not `str`, `bytes` or `bytearray`.
    pub(super) fn matches_sequence(&self, value: &Value) -> bool {
        self.pattern_flag(value, ClassFlags::SEQUENCE)
    }

    /// Whether a value is a mapping for patterns.
    pub(super) fn matches_mapping(&self, value: &Value) -> bool {
        self.pattern_flag(value, ClassFlags::MAPPING)
    }

    /// The values of `keys` in a mapping, or None if one is missing.
    pub(super) fn match_keys(&mut self, subject: &Value, keys: &Value) -> Result<Value, Raised> {
        let Value::Tuple(keys) = keys else { return Ok(Value::None) };
        let keys = keys.to_ptr();
        let mut values = Vec::with_capacity(keys.len());
        let seen = Dict::new();
        let missing = self.new_marker();
        for key in keys.iter() {
            if self.dict_get(&seen, key)?.is_some() {
                let text = self.repr(key)?;
                return Err(self.value_error(format!("mapping pattern checks duplicate key ({})", text.as_str())));
            }
            self.dict_set(&seen, key.clone(), Value::None)?;
            let value = match subject {
                Value::Dict(dict) => self.dict_get(&dict.to_ptr(), key)?,
                _ => {
                    let value = self.call_method_str(subject, "get", &[key.clone(), missing.clone()])?;
                    (!value.is(&missing)).then_some(value)
                }
            };
            match value {
                Some(value) => values.push(value),
                None => return Ok(Value::None),
            }
        }
        Ok(Value::tuple(values))
    }

    /// A fresh object that is identical to nothing else.
    fn new_marker(&mut self) -> Value {
        crate::object::Cell::new(Value::Undef).into_value()
    }

    /// `dict(subject)` without the keys that the pattern named.
    pub(super) fn copy_without_keys(&mut self, subject: &Value, keys: &Value) -> Result<Value, Raised> {
        let rest = Dict::new();
        self.dict_update(&rest, subject)?;
        if let Value::Tuple(keys) = keys {
            let keys = keys.to_ptr();
            for key in keys.iter() {
                self.dict_remove(&rest, key)?;
            }
        }
        Ok(rest.into_value())
    }

    /// The attributes of a class pattern, or None if the subject does not match.
    pub(super) fn match_class(
        &mut self,
        subject: &Value,
        class: &Value,
        names: &Value,
        positional: usize,
    ) -> Result<Value, Raised> {
        let Value::Class(class_ptr) = class else {
            return Err(self.type_error("called match pattern must be a class"));
        };
        if !self.is_instance(subject, class)? {
            return Ok(Value::None);
        }
        let class_ptr = class_ptr.to_ptr();
        let class_name = class_ptr.name(&self.gil).to_owned();
        let mut seen: Vec<Value> = Vec::new();
        let mut values = Vec::new();
        if positional > 0 {
            let match_args = self.get_opt(class, Name::__match_args__)?;
            match &match_args {
                Some(Value::Tuple(args)) => {
                    let args = args.to_ptr();
                    if args.len() < positional {
                        return Err(self.too_many_subpatterns(&class_name, args.len(), positional));
                    }
                    for name in &args.as_slice()[..positional] {
                        let Value::Str(text) = name else {
                            let kind = self.class_name(name);
                            return Err(
                                self.type_error(format!("__match_args__ elements must be strings (got {kind})"))
                            );
                        };
                        let text = text.to_ptr();
                        match self.pattern_attribute(subject, &class_name, text.as_str(), &mut seen)? {
                            Some(value) => values.push(value),
                            None => return Ok(Value::None),
                        }
                    }
                }
                Some(other) => {
                    let kind = self.class_name(other);
                    return Err(self.type_error(format!("{class_name}.__match_args__ must be a tuple (got {kind})")));
                }
                None => {
                    let itself = class_ptr.flags(&self.gil).has(ClassFlags::MATCH_SELF);
                    if !itself || positional > 1 {
                        return Err(self.too_many_subpatterns(&class_name, itself.into(), positional));
                    }
                    values.push(subject.clone());
                }
            }
        }
        if let Value::Tuple(names) = names {
            let names = names.to_ptr();
            for name in names.iter() {
                let Value::Str(text) = name else { continue };
                match self.pattern_attribute(subject, &class_name, text.as_str(), &mut seen)? {
                    Some(value) => values.push(value),
                    None => return Ok(Value::None),
                }
            }
        }
        Ok(Value::tuple(values))
    }

    #[cold]
    fn too_many_subpatterns(&mut self, class: &str, allowed: usize, given: usize) -> Raised {
        let plural = if allowed == 1 { "" } else { "s" };
        self.type_error(format!("{class}() accepts {allowed} positional sub-pattern{plural} ({given} given)"))
    }

    fn pattern_attribute(
        &mut self,
        subject: &Value,
        class: &str,
        name: &str,
        seen: &mut Vec<Value>,
    ) -> Result<Option<Value>, Raised> {
        let name = self.intern(name);
        let value = name.to_value();
        if seen.iter().any(|other| other.is(&value)) {
            return Err(
                self.type_error(format!("{class}() got multiple sub-patterns for attribute '{}'", name.as_str()))
            );
        }
        seen.push(value);
        match self.getattr(subject, &name) {
            Ok(value) => Ok(Some(value)),
            Err(raised) => self.catch(raised, Known::AttributeError).map(|_| None),
        }
    }
}
