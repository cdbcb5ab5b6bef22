//! Calls of classes whose `__new__` is a script function and whose `__init__` is `object`'s: `__new__` gets a frame in
//! the loop that runs.

use super::frames::clear_values;
use crate::bytecode::Instr;
use crate::object::vm::ReturnTo;
use crate::object::{Args, Class, ClassFlags, Func, Known, Layout, Name, Ptr, Raised, Value, Vm};

impl Vm {
    /// The script function that `__new__` of a class is, if nothing else makes its instances; found once an epoch.
    fn script_constructor(&mut self, class: &Ptr<Class>) -> Option<Ptr<Func>> {
        let data = class.data.get(&self.gil);
        if class.known.is_some()
            || data.flags.has(ClassFlags::PLAIN_NEW)
            || !matches!(data.layout, Layout::Plain | Layout::Builtin(_))
        {
            return None;
        }
        let epoch = self.interp.epoch.get();
        if data.init_epoch != epoch {
            let meta = self.class_of(&class.to_value());
            let plain = (meta.known == Some(Known::Type) || !self.defined_below_roots(&meta, Name::__call__))
                && self.defines_natively(class, Name::__init__, Known::Object);
            let found = match self.lookup_name(class, Name::__new__) {
                Some(Value::Wrapper(ref wrapper)) if plain && !wrapper.is_class => wrapper.func.get(&self.gil).clone(),
                _ => Value::Undef,
            };
            let data = class.data.get_mut(&mut self.gil);
            data.init_epoch = epoch;
            let old = std::mem::replace(&mut data.init_cache, found);
            drop(old);
        }
        match &class.data.get(&self.gil).init_cache {
            Value::Func(func) => Some(func.to_ptr()),
            _ => None,
        }
    }

    /// Enters `__new__` for the call that the running instruction makes of a class; false if it does not have such a one.
    ///
    /// # Safety
    ///
    /// As for `call_registers`.
    pub(super) unsafe fn enter_constructor(
        &mut self,
        class: &Ptr<Class>,
        slot: *mut Value,
        window: *mut Value,
        count: usize,
    ) -> Result<bool, Raised> {
        // SAFETY: the caller vouches for the registers; in front of the window there is the slot or the place of a
        // receiver, which a call without one leaves unused.
        unsafe {
            if (window != slot.add(1) && !(*window.sub(1)).is_undef()) || self.called_with() != Some((window, count)) {
                return Ok(false);
            }
            let Some(new) = self.script_constructor(class) else { return Ok(false) };
            *window.sub(1) = class.to_value();
            let above = self.arguments_end(window, count);
            *above = new.to_value();
            let args = Args::new(std::slice::from_raw_parts(window.sub(1), count + 1));
            self.bind_and_push(&new, args, slot, above.add(1), ReturnTo::New)?;
        }
        Ok(true)
    }

    /// Where the arguments of the call that the running instruction makes are, and how many.
    fn called_with(&self) -> Option<(*mut Value, usize)> {
        // SAFETY: a frame runs, and the instruction before its `pc` is of its verified code.
        unsafe {
            let frame = &*self.fp;
            let (base, nargs) = match *frame.pc.sub(1) {
                Instr::Call { base, nargs } => return Some((frame.base.add(base.0 as usize + 1), nargs as usize)),
                Instr::CallMethod { base, nargs } | Instr::InvokeMethod { base, nargs, .. } => (base, nargs),
                _ => return None,
            };
            Some((frame.base.add(base.0 as usize + 2), nargs as usize))
        }
    }

    /// `__new__` has returned `made` to the call of the class in front of the arguments.
    pub(super) fn constructed(&mut self, slot: *mut Value, made: Value) -> Result<(), Raised> {
        let Some((window, count)) = self.called_with() else { return Ok(()) };
        // SAFETY: the registers are those that `enter_constructor` has left as they were.
        unsafe {
            let Value::Class(class) = &(*window.sub(1)).clone() else { return Ok(()) };
            let known = class.data.get(&self.gil).init_epoch == self.interp.epoch.get();
            let own = self.class_of(&made);
            if !(known && own.is(&class.to_ptr())) {
                let args = Args::new(std::slice::from_raw_parts(window, count));
                self.initialize(&class.to_ptr(), &made, args)?;
            }
            clear_values(window.sub(1), count + 1);
            *slot = made;
        }
        Ok(())
    }
}
