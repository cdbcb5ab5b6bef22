//! Names: globals, built-ins, the local names of module, class and `exec` code, unbound variables.

use super::cache::{GLOBAL_IN_BUILTINS, GLOBAL_IN_GLOBALS};
use crate::bytecode::Reg;
use crate::object::{CacheSlot, Dict, DictData, Known, Ptr, Raised, Str, Value, Vm};

impl Vm {
    /// The namespace of the running frame's globals.
    pub(super) fn frame_globals(&self) -> Ptr<Dict> {
        // SAFETY: the running frame's globals live while it runs.
        unsafe { crate::object::Ptr::from_ref(&*(*self.fp).globals) }
    }

    /// The built-ins as the running frame sees them.
    pub(super) fn builtins(&self) -> Ptr<Dict> {
        self.interp.builtins.get(&self.gil).clone().expect("an interpreter has built-ins from its start")
    }

    /// What a namespace has for built-ins, if those are not the interpreter's: code may be run with fewer, or with others.
    pub(super) fn own_builtins(&self, globals: &Ptr<Dict>) -> Option<Ptr<Dict>> {
        let key = self.name(crate::object::Name::__builtins__);
        let dict = match globals.data.get(&self.gil).get_str(&key)? {
            Value::Dict(dict) => dict.to_ptr(),
            Value::Module(module) => module.dict.clone(),
            _ => return None,
        };
        (!dict.is(&self.builtins())).then_some(dict)
    }

    #[cold]
    fn builtin_of(&mut self, builtins: &Ptr<Dict>, name: &Ptr<Str>) -> Result<Value, Raised> {
        match builtins.data.get(&self.gil).get_str(name) {
            Some(value) => Ok(value.clone()),
            None => Err(self.name_error(name)),
        }
    }

    /// The namespace of the built-ins, once there is one.
    #[inline(always)]
    pub(super) fn builtins_data(&self) -> Option<&DictData> {
        self.interp.builtins.get(&self.gil).as_ref().map(|dict| dict.data.get(&self.gil))
    }

    #[inline(never)]
    pub(super) fn load_global_slow(&mut self, site: &mut CacheSlot) -> Result<Value, Raised> {
        let name = self.cache_site_name(site);
        let cache = &mut site.first;
        let globals = self.frame_globals();
        if let Some(index) = self.namespace_index(&globals, &name) {
            cache.key = self.version_of(&globals);
            cache.kind = GLOBAL_IN_GLOBALS;
            cache.slot = index as u32;
            return Ok(globals.data.get(&self.gil).value_at(index).clone());
        }
        if let Some(own) = self.own_builtins(&globals) {
            return self.builtin_of(&own, &name);
        }
        let builtins = self.builtins();
        if let Some(index) = self.namespace_index(&builtins, &name) {
            cache.key = self.version_of(&globals);
            cache.value = Value::Int(self.version_of(&builtins) as i64);
            cache.kind = GLOBAL_IN_BUILTINS;
            cache.slot = index as u32;
            return Ok(self.builtins_data().map_or(Value::Undef, |builtins| builtins.value_at(index).clone()));
        }
        Err(self.name_error(&name))
    }

    /// NameError for a name that is nowhere.
    #[cold]
    pub(super) fn name_error(&mut self, name: &Ptr<Str>) -> Raised {
        let exception =
            self.new_exception(Known::NameError, vec![Value::str(&format!("name '{}' is not defined", name.as_str()))]);
        if let Value::Exc(exception) = &exception {
            exception.data.get_mut(&mut self.gil).fields[0] = name.to_value();
        }
        self.raise_value(exception)
    }

    #[inline(never)]
    pub(super) fn store_global_slow(&mut self, site: &mut CacheSlot, value: Value) {
        let name = self.cache_site_name(site);
        let cache = &mut site.first;
        let globals = self.frame_globals();
        let old = globals.data.get_mut(&mut self.gil).insert_str(&name, value);
        drop(old);
        if let Some(index) = self.namespace_index(&globals, &name) {
            cache.key = self.version_of(&globals);
            cache.kind = GLOBAL_IN_GLOBALS;
            cache.slot = index as u32;
        }
    }

    /// `del name` of a global.
    pub(super) fn delete_global(&mut self, name: &Ptr<Str>) -> Result<(), Raised> {
        let globals = self.frame_globals();
        match globals.data.get_mut(&mut self.gil).remove_str(name) {
            Some(_old) => Ok(()),
            None => Err(self.name_error(name)),
        }
    }

    /// The mapping of the frame's local names, `Undef` when they are its globals.
    pub(super) fn frame_locals(&self) -> Value {
        // SAFETY: a frame runs.
        unsafe { (*self.fp).extra.as_ref().map_or(Value::Undef, |extra| extra.locals.clone()) }
    }

    #[inline(never)]
    pub(super) fn load_name_slow(&mut self, cache: &mut CacheSlot) -> Result<Value, Raised> {
        let locals = self.frame_locals();
        if locals.is_undef() {
            return self.load_global_slow(cache);
        }
        let name = self.cache_site_name(cache);
        if let Some(value) = self.mapping_get(&locals, &name)? {
            return Ok(value);
        }
        self.load_global_name(&name)
    }

    /// A global or built-in by name.
    pub(super) fn load_global_name(&mut self, name: &Ptr<Str>) -> Result<Value, Raised> {
        let globals = self.frame_globals();
        if let Some(value) = globals.data.get(&self.gil).get_str(name) {
            return Ok(value.clone());
        }
        if let Some(own) = self.own_builtins(&globals) {
            return self.builtin_of(&own, name);
        }
        let builtins = self.builtins();
        if let Some(value) = builtins.data.get(&self.gil).get_str(name) {
            return Ok(value.clone());
        }
        Err(self.name_error(name))
    }

    /// A name in a mapping of local names; None when it is missing.
    pub(super) fn mapping_get(&mut self, mapping: &Value, name: &Ptr<Str>) -> Result<Option<Value>, Raised> {
        if let Value::Dict(dict) = mapping {
            return Ok(dict.data.get(&self.gil).get_str(name).cloned());
        }
        match self.getitem(mapping, &name.to_value()) {
            Ok(value) => Ok(Some(value)),
            Err(raised) => self.catch(raised, Known::KeyError).map(|_| None),
        }
    }

    #[inline(never)]
    pub(super) fn store_name_slow(&mut self, cache: &mut CacheSlot, value: Value) -> Result<(), Raised> {
        let mapping = self.frame_locals();
        match &mapping {
            Value::Undef => {
                self.store_global_slow(cache, value);
                Ok(())
            }
            Value::Dict(dict) => {
                let name = self.cache_site_name(cache);
                let old = dict.data.get_mut(&mut self.gil).insert_str(&name, value);
                drop(old);
                Ok(())
            }
            _ => {
                let name = self.cache_site_name(cache);
                self.setitem(&mapping, name.into_value(), value)
            }
        }
    }

    /// `del name` in module, class and `exec` code.
    pub(super) fn delete_name(&mut self, name: &Ptr<Str>) -> Result<(), Raised> {
        let mapping = self.frame_locals();
        let removed = match &mapping {
            Value::Undef => return self.delete_global(name),
            Value::Dict(dict) => dict.data.get_mut(&mut self.gil).remove_str(name).is_some(),
            _ => match self.delitem(&mapping, &name.to_value()) {
                Ok(()) => true,
                Err(raised) => {
                    self.catch(raised, Known::KeyError)?;
                    false
                }
            },
        };
        if removed { Ok(()) } else { Err(self.name_error(name)) }
    }

    /// A free variable of a class body: its own namespace first.
    pub(super) fn load_class_cell(&mut self, cell: Reg, name: Ptr<Str>) -> Result<Value, Raised> {
        let locals = self.frame_locals();
        self.load_from_mapping_or_cell(&locals, cell, name)
    }

    /// A name in a mapping, else the contents of a cell.
    pub(super) fn load_from_mapping_or_cell(
        &mut self,
        mapping: &Value,
        cell: Reg,
        name: Ptr<Str>,
    ) -> Result<Value, Raised> {
        if !mapping.is_undef() {
            if let Some(value) = self.mapping_get(mapping, &name)? {
                return Ok(value);
            }
        }
        // SAFETY: the operand is a register of the running frame.
        let content = unsafe {
            match &*(*self.fp).base.add(cell.0 as usize) {
                Value::Cell(cell) => cell.content.get(&self.gil).clone(),
                _ => Value::Undef,
            }
        };
        if content.is_undef() { Err(self.unbound_cell(cell)) } else { Ok(content) }
    }

    /// `__annotations__ = {}` in a module or class body that has none yet.
    pub(super) fn setup_annotations(&mut self) -> Result<(), Raised> {
        let mapping = match self.frame_locals() {
            Value::Undef => self.frame_globals().into_value(),
            mapping => mapping,
        };
        let name = self.name(crate::object::Name::__annotations__);
        if self.mapping_get(&mapping, &name)?.is_none() {
            self.setitem(&mapping, name.into_value(), Dict::new().into_value())?;
        }
        Ok(())
    }

    /// A name in a mapping, else a global.
    pub(super) fn load_from_mapping_or_globals(&mut self, mapping: &Value, name: &Ptr<Str>) -> Result<Value, Raised> {
        match self.mapping_get(mapping, name)? {
            Some(value) => Ok(value),
            None => self.load_global_name(name),
        }
    }

    fn register_name(&self, register: Reg) -> String {
        // SAFETY: a frame runs.
        let code = unsafe { &*(*self.fp).code };
        code.proto.local_names.get(register.0 as usize).map_or_else(String::new, |name| name.to_string())
    }

    /// UnboundLocalError for a local variable.
    #[cold]
    pub(super) fn unbound_local(&mut self, register: Reg) -> Raised {
        let name = self.register_name(register);
        let message = format!("cannot access local variable '{name}' where it is not associated with a value");
        self.raise_named(Known::UnboundLocalError, &name, message)
    }

    /// NameError or UnboundLocalError for an empty cell.
    #[cold]
    pub(super) fn unbound_cell(&mut self, register: Reg) -> Raised {
        let name = self.register_name(register);
        // SAFETY: a frame runs.
        let free = unsafe { &*(*self.fp).code }.proto.free_regs.contains(&register);
        if free {
            let message = format!(
                "cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
            );
            return self.raise_named(Known::NameError, &name, message);
        }
        let message = format!("cannot access local variable '{name}' where it is not associated with a value");
        self.raise_named(Known::UnboundLocalError, &name, message)
    }

    /// The exception with its message; a NameError proper (no subclass) carries the name, for suggestions.
    fn raise_named(&mut self, known: Known, name: &str, message: String) -> Raised {
        let exception = self.new_exception(known, vec![Value::str(&message)]);
        if let (Known::NameError, Value::Exc(exception)) = (known, &exception) {
            exception.data.get_mut(&mut self.gil).fields[0] = Value::str(name);
        }
        self.raise_value(exception)
    }
}
