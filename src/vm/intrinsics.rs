//! Rare instructions.

use crate::bytecode::{Intrinsic1, Intrinsic2};
use crate::object::{CacheSlot, Known, Name, Raised, Value, Vm};

impl Vm {
    pub(super) fn intrinsic1(&mut self, op: Intrinsic1, operand: Value) -> Result<Value, Raised> {
        match op {
            Intrinsic1::Print => {
                let sys = self.import_dotted("sys")?;
                let hook = self.get_attr(&sys, "displayhook")?;
                self.call(&hook, &[operand])?;
                Ok(Value::None)
            }
            Intrinsic1::ImportStar => {
                self.import_star(&operand)?;
                Ok(Value::None)
            }
            Intrinsic1::ListToTuple => Ok(Value::tuple(self.collect(&operand)?)),
            Intrinsic1::TypeVar => self.call_typing("_type_var", &[operand]),
            Intrinsic1::ParamSpec => self.call_typing("_param_spec", &[operand]),
            Intrinsic1::TypeVarTuple => self.call_typing("_type_var_tuple", &[operand]),
            Intrinsic1::SubscriptGeneric => self.call_typing("_subscript_generic", &[operand]),
            Intrinsic1::TypeAlias => self.call_typing("_type_alias", &[operand]),
        }
    }

    /// A helper of the module `typing`, which is imported when the first type parameter is met.
    fn call_typing(&mut self, name: &str, args: &[Value]) -> Result<Value, Raised> {
        let typing = self.import_dotted("typing")?;
        let helper = self.get_attr(&typing, name)?;
        self.call(&helper, args)
    }

    pub(super) fn intrinsic2(&mut self, op: Intrinsic2, left: Value, right: Value) -> Result<Value, Raised> {
        match op {
            Intrinsic2::TypeVarWithBound => self.call_typing("_type_var_with_bound", &[left, right]),
            Intrinsic2::TypeVarWithConstraints => self.call_typing("_type_var_with_constraints", &[left, right]),
            Intrinsic2::SetFunctionTypeParams => {
                let name = self.name(Name::__type_params__);
                self.setattr(&left, &name, right)?;
                Ok(left)
            }
            Intrinsic2::SetTypeParamDefault => self.call_typing("_set_default", &[left, right]),
            Intrinsic2::PrepReraiseStar => self.prepare_reraise_star(&left, &right),
        }
    }

    /// What is raised after the clauses of `except*` (PEP 654): what they raised and what none matched.
    fn prepare_reraise_star(&mut self, original: &Value, left_over: &Value) -> Result<Value, Raised> {
        let parts: Vec<Value> = self.collect(left_over)?.into_iter().filter(|part| !part.is_none()).collect();
        if parts.is_empty() {
            return Ok(Value::None);
        }
        if !self.is_known(original, Known::BaseExceptionGroup) {
            // The original was wrapped for the clauses; at most one part is left.
            return Ok(parts.into_iter().next_back().unwrap_or(Value::None));
        }
        let (raised, unmatched): (Vec<Value>, Vec<Value>) =
            parts.into_iter().partition(|part| !self.same_origin(part, original));
        let unmatched = match unmatched.len() {
            0 => None,
            1 => unmatched.into_iter().next(),
            _ => Some(self.project_group(original, &unmatched)?),
        };
        if raised.is_empty() {
            return Ok(unmatched.unwrap_or(Value::None));
        }
        let mut all = raised;
        all.extend(unmatched);
        if let [only] = all.as_slice() {
            return Ok(only.clone());
        }
        let group = self.known(Known::ExceptionGroup).to_value();
        self.call(&group, &[Value::str(""), Value::list(all)])
    }

    /// Whether a part was split off the original group: it then shares its traceback, cause and context.
    fn same_origin(&self, part: &Value, original: &Value) -> bool {
        let (Value::Exc(part), Value::Exc(original)) = (part, original) else { return false };
        let (part, original) = (part.data.get(&self.gil), original.data.get(&self.gil));
        part.cause.is(&original.cause)
            && part.context.is(&original.context)
            && match (&part.traceback, &original.traceback) {
                (Some(a), Some(b)) => a.is(b),
                (None, None) => true,
                _ => false,
            }
    }

    /// The part of a group that consists of the leaves of several of its parts.
    fn project_group(&mut self, original: &Value, parts: &[Value]) -> Result<Value, Raised> {
        let mut leaves = Vec::new();
        for part in parts {
            self.group_leaves(part, &mut leaves);
        }
        self.keep_leaves(original, &leaves)
    }

    fn group_leaves(&self, exception: &Value, leaves: &mut Vec<Value>) {
        match self.group_members(exception) {
            Some(members) => members.iter().for_each(|member| self.group_leaves(member, leaves)),
            None => leaves.push(exception.clone()),
        }
    }

    fn group_members(&self, exception: &Value) -> Option<Vec<Value>> {
        if !self.is_known(exception, Known::BaseExceptionGroup) {
            return None;
        }
        let Value::Exc(group) = exception else { return None };
        match group.data.get(&self.gil).fields.get(1) {
            Some(Value::Tuple(members)) => Some(members.as_slice().to_vec()),
            Some(Value::List(members)) => Some(members.items.get(&self.gil).clone()),
            _ => Some(Vec::new()),
        }
    }

    fn keep_leaves(&mut self, exception: &Value, leaves: &[Value]) -> Result<Value, Raised> {
        let Some(members) = self.group_members(exception) else {
            let keep = leaves.iter().any(|leaf| leaf.is(exception));
            return Ok(if keep { exception.clone() } else { Value::None });
        };
        let mut kept = Vec::new();
        for member in members {
            let part = self.keep_leaves(&member, leaves)?;
            if !part.is_none() {
                kept.push(part);
            }
        }
        if kept.is_empty() {
            return Ok(Value::None);
        }
        let derived = self.call_method_str(exception, "derive", &[Value::list(kept)])?;
        if let (Value::Exc(new), Value::Exc(old)) = (&derived, exception) {
            let old = old.data.get(&self.gil);
            let (cause, context, traceback) = (old.cause.clone(), old.context.clone(), old.traceback.clone());
            let data = new.data.get_mut(&mut self.gil);
            data.cause = cause;
            data.context = context;
            data.traceback = traceback;
        }
        Ok(derived)
    }

    /// `super().name` over three registers; see `LoadSuper`.
    ///
    /// # Safety
    ///
    /// The registers belong to the running frame.
    pub(super) unsafe fn load_super(
        &mut self,
        method: bool,
        slot: *mut Value,
        site: &mut CacheSlot,
    ) -> Result<(), Raised> {
        // SAFETY: the caller vouches for the registers.
        unsafe {
            let (callable, class, receiver) = ((*slot).take(), (*slot.add(1)).take(), (*slot.add(2)).take());
            let is_builtin = matches!(&callable, Value::Class(found) if found.known == Some(Known::Super));
            if method && is_builtin {
                if let Some(func) = self.cached_super(site, &class, &receiver) {
                    *slot = func.clone();
                    *slot.add(1) = receiver;
                    return Ok(());
                }
            }
            let name = self.cache_site_name(site);
            let (value, is_method) = if is_builtin {
                let found = self.super_lookup(&class, &receiver, &name)?;
                if found.1 {
                    self.fill_super_cache(site, &class, &receiver, &found.0);
                }
                found
            } else {
                let object = self.call(&callable, &[])?;
                (self.getattr(&object, &name)?, false)
            };
            *slot = if is_method && !method { self.bind(value, &receiver)? } else { value };
            if is_method && method {
                *slot.add(1) = receiver;
            }
        }
        Ok(())
    }
}
