//! ". Did you mean: 'x'?" behind NameError, AttributeError and ImportError.

use crate::object::{DictData, Known, Value, Vm};
use crate::vm::suggest::closest;

impl Vm {
    /// The suggestion for an exception, or nothing.
    pub(crate) fn suggestion(&mut self, exception: &Value) -> String {
        let Value::Exc(data) = exception else { return String::new() };
        let fields = data.data.get(&self.gil).fields.clone();
        let name_index = usize::from(self.is_known(exception, Known::ImportError)) * 3;
        let Some(wrong) = fields.get(name_index).and_then(Value::as_text) else { return String::new() };
        let wrong = wrong.as_str().to_owned();
        if self.is_known(exception, Known::NameError) {
            let locals = self.failing_locals(exception);
            if let Some(attribute) = self.attribute_of_self(&locals, &wrong) {
                return format!(". Did you mean: '{attribute}'?");
            }
            let candidates = self.visible_names(exception, &locals);
            let hint = closest(&wrong, candidates.iter().map(String::as_str));
            let importable = self.is_stdlib_name(&wrong);
            return match (hint, importable) {
                (Some(hint), false) => format!(". Did you mean: '{hint}'?"),
                (Some(hint), true) => format!(". Did you mean: '{hint}'? Or did you forget to import '{wrong}'?"),
                (None, true) => format!(". Did you forget to import '{wrong}'?"),
                (None, false) => String::new(),
            };
        }
        let object = if self.is_known(exception, Known::AttributeError) {
            fields.get(1).cloned()
        } else if self.is_known(exception, Known::ImportError) {
            let modules = self.modules();
            let module = fields.get(1).and_then(Value::as_text);
            module.and_then(|module| modules.data.get(&self.gil).get_str(&module).cloned())
        } else {
            None
        };
        let Some(object) = object.filter(|object| !object.is_undef()) else { return String::new() };
        let candidates = self.attribute_names(&object, !wrong.starts_with('_'));
        match closest(&wrong, candidates.iter().map(String::as_str)) {
            Some(hint) => format!(". Did you mean: '{hint}'?"),
            None => String::new(),
        }
    }

    /// Whether `sys.stdlib_module_names` has the name.
    fn is_stdlib_name(&mut self, name: &str) -> bool {
        let names = self.import_dotted("sys").and_then(|sys| self.get_attr(&sys, "stdlib_module_names"));
        let found = names.and_then(|names| self.contains(&names, &Value::str(name)));
        self.quiet(found).unwrap_or(false)
    }

    /// `dir(object)`, without underscored names if those are to be hidden.
    fn attribute_names(&mut self, object: &Value, hide_underscored: bool) -> Vec<String> {
        let builtins = self.import_dotted("builtins").and_then(|builtins| self.get_attr(&builtins, "dir"));
        let listed = builtins
            .and_then(|dir| self.call(&dir, std::slice::from_ref(object)))
            .and_then(|names| self.collect(&names));
        let names = self.quiet(listed).unwrap_or_default();
        names
            .iter()
            .filter_map(Value::as_text)
            .map(|name| name.as_str().to_owned())
            .filter(|name| !hide_underscored || !name.starts_with('_'))
            .collect()
    }

    /// The local variables where an exception was raised: a dict, or None.
    fn failing_locals(&mut self, exception: &Value) -> Value {
        let Value::Exc(data) = exception else { return Value::None };
        let Some(mut level) = data.data.get(&self.gil).traceback.clone() else { return Value::None };
        while let Some(next) = level.next.get(&self.gil).clone() {
            level = next;
        }
        let frame = self.traceback_frame(&level.into_value());
        self.frame_variables(&frame)
    }

    /// The missing name as an attribute of the method's `self`, if that has one.
    fn attribute_of_self(&mut self, locals: &Value, wrong: &str) -> Option<String> {
        let Value::Dict(locals) = locals else { return None };
        let key = self.intern("self");
        let object = locals.data.get(&self.gil).get_str(&key)?.clone();
        let name = self.intern(wrong);
        let found = self.getattr_opt(&object, &name);
        self.quiet(found).ok().flatten().map(|_| format!("self.{wrong}"))
    }

    /// The names that were visible where an exception was raised: locals, globals, built-ins.
    fn visible_names(&mut self, exception: &Value, locals: &Value) -> Vec<String> {
        let Value::Exc(data) = exception else { return Vec::new() };
        let Some(mut level) = data.data.get(&self.gil).traceback.clone() else { return Vec::new() };
        while let Some(next) = level.next.get(&self.gil).clone() {
            level = next;
        }
        let mut names = match locals {
            Value::Dict(locals) => text_keys(locals.data.get(&self.gil)),
            _ => Vec::new(),
        };
        let builtins = self.interp.builtins.get(&self.gil).clone();
        for namespace in std::iter::once(level.globals.clone()).chain(builtins) {
            names.extend(text_keys(namespace.data.get(&self.gil)));
        }
        names
    }
}

fn text_keys(namespace: &DictData) -> Vec<String> {
    namespace.iter().filter_map(|entry| entry.key.as_text()).map(|name| name.as_str().to_owned()).collect()
}
