//! Binding arguments to the parameters of script functions, with CPython's TypeErrors.

use super::frames::clear_values;
use crate::bytecode::CodeFlags;
use crate::object::{Args, Code, Dict, Func, Ptr, Raised, Tuple, Value, Vm};

impl Vm {
    /// Puts arguments where the function's parameters are, defaults and `*args` / `**kwargs` included.
    ///
    /// # Errors
    ///
    /// TypeError when the arguments do not fit. Nothing is left in the window then.
    ///
    /// # Safety
    ///
    /// The window is free stack, or registers that hold nothing of use.
    pub(super) unsafe fn bind_arguments(
        &mut self,
        func: &Func,
        args: Args<'_>,
        window: *mut Value,
    ) -> Result<(), Raised> {
        let code = func.code.get(&self.gil).clone();
        // SAFETY: the caller vouches for the window.
        unsafe {
            let places = std::slice::from_raw_parts_mut(window, code.first_temp.max(1) as usize);
            if (window as usize) + 16 * code.nregs as usize >= self.stacks.registers_end() as usize {
                return Err(self.recursion_error());
            }
            for place in places.iter_mut() {
                *place = Value::Undef;
            }
            let bound = self.bind_into(func, &code, args, places);
            if bound.is_err() {
                clear_values(window, code.first_temp as usize);
            }
            bound
        }
    }

    fn bind_into(&mut self, func: &Func, code: &Ptr<Code>, args: Args<'_>, places: &mut [Value]) -> Result<(), Raised> {
        let proto = &code.proto;
        let (arg_count, kwonly) = (proto.arg_count as usize, proto.kwonly_count as usize);
        let named = arg_count + kwonly;
        let positional = args.positional();
        for (place, value) in places.iter_mut().zip(positional.iter().take(arg_count)) {
            *place = value.clone();
        }
        let mut next = named;
        if proto.flags.has(CodeFlags::VARARGS) {
            places[next] = Tuple::from_slice(positional.get(arg_count..).unwrap_or(&[])).into_value();
            next += 1;
        }
        let extra: Option<Ptr<Dict>> = proto.flags.has(CodeFlags::VARKEYWORDS).then(Dict::new);
        if let Some(extra) = &extra {
            places[next] = extra.to_value();
        }
        for (name, value) in args.keywords() {
            let Value::Str(name) = name else { return Err(self.type_error("keywords must be strings")) };
            let posonly = proto.posonly_count as usize;
            let found = (posonly..named).find(|&index| code.parameters[index].same_text(name));
            match (found, &extra) {
                (Some(index), _) if places[index].is_undef() => places[index] = value.clone(),
                (Some(_), _) => {
                    let qualname = self.func_name(func);
                    return Err(
                        self.type_error(format!("{qualname}() got multiple values for argument '{}'", &***name))
                    );
                }
                (None, Some(extra)) => {
                    self.poll_posted()?;
                    extra.data.get_mut(&mut self.gil).insert_str(&name.to_ptr(), value.clone());
                }
                (None, None) => return Err(self.unexpected_keyword(func, code, &args, name)),
            }
        }
        if positional.len() > arg_count && !proto.flags.has(CodeFlags::VARARGS) {
            return Err(self.too_many_positional(func, code, positional.len(), places));
        }
        let defaults = func.data.get(&self.gil).defaults.clone();
        let default_count = defaults.as_ref().map_or(0, |defaults| defaults.len());
        let required = arg_count.saturating_sub(default_count);
        let missing: Vec<&str> =
            (0..required).filter(|&index| places[index].is_undef()).map(|index| &*proto.local_names[index]).collect();
        if !missing.is_empty() {
            return Err(self.missing_arguments(func, "positional", &missing));
        }
        if let Some(defaults) = defaults {
            let defaults = &defaults[required + default_count - arg_count..];
            for (place, default) in places[required..arg_count].iter_mut().zip(defaults) {
                if place.is_undef() {
                    *place = default.clone();
                }
            }
        }
        if kwonly > 0 {
            let defaults = func.data.get(&self.gil).kw_defaults.clone();
            let mut missing = Vec::new();
            for (place, name) in places.iter_mut().zip(&code.parameters).skip(arg_count) {
                if !place.is_undef() {
                    continue;
                }
                match defaults.as_ref().and_then(|defaults| defaults.data.get(&self.gil).get_str(name).cloned()) {
                    Some(value) => *place = value,
                    None => missing.push(name.as_str()),
                }
            }
            if !missing.is_empty() {
                return Err(self.missing_arguments(func, "keyword-only", &missing));
            }
        }
        Ok(())
    }

    fn func_name(&self, func: &Func) -> String {
        match &func.data.get(&self.gil).qualname {
            Value::Str(name) => name.as_str().to_owned(),
            _ => String::new(),
        }
    }

    #[cold]
    fn missing_arguments(&mut self, func: &Func, kind: &str, names: &[&str]) -> Raised {
        let qualname = self.func_name(func);
        let list = match names {
            [one] => format!("'{one}'"),
            [one, two] => format!("'{one}' and '{two}'"),
            [first @ .., last] => {
                let first: Vec<String> = first.iter().map(|name| format!("'{name}'")).collect();
                format!("{}, and '{last}'", first.join(", "))
            }
            [] => String::new(),
        };
        let plural = if names.len() == 1 { "" } else { "s" };
        self.type_error(format!("{qualname}() missing {} required {kind} argument{plural}: {list}", names.len()))
    }

    #[cold]
    fn too_many_positional(&mut self, func: &Func, code: &Code, given: usize, places: &[Value]) -> Raised {
        let qualname = self.func_name(func);
        let arg_count = code.proto.arg_count as usize;
        let defaults = func.data.get(&self.gil).defaults.as_ref().map_or(0, |defaults| defaults.len());
        let kwonly_given = places[arg_count..arg_count + code.proto.kwonly_count as usize]
            .iter()
            .filter(|place| !place.is_undef())
            .count();
        let (plural, takes) = if defaults > 0 {
            (true, format!("from {} to {arg_count}", arg_count - defaults))
        } else {
            (arg_count != 1, arg_count.to_string())
        };
        let also = if kwonly_given > 0 {
            let s = |count: usize| if count == 1 { "" } else { "s" };
            format!(" positional argument{} (and {kwonly_given} keyword-only argument{})", s(given), s(kwonly_given))
        } else {
            String::new()
        };
        let were = if given == 1 && kwonly_given == 0 { "was" } else { "were" };
        let plural = if plural { "s" } else { "" };
        self.type_error(format!(
            "{qualname}() takes {takes} positional argument{plural} but {given}{also} {were} given"
        ))
    }

    #[cold]
    fn unexpected_keyword(&mut self, func: &Func, code: &Code, args: &Args<'_>, name: &str) -> Raised {
        let qualname = self.func_name(func);
        let posonly = &code.proto.local_names[..code.proto.posonly_count as usize];
        let passed: Vec<&str> = posonly
            .iter()
            .filter(|posonly| {
                args.keywords().any(|(name, _)| matches!(name, Value::Str(name) if ***name == ***posonly))
            })
            .map(|posonly| &**posonly)
            .collect();
        if !passed.is_empty() {
            let list = passed.join(", ");
            return self.type_error(format!(
                "{qualname}() got some positional-only arguments passed as keyword arguments: '{list}'"
            ));
        }
        let known = &code.proto.local_names[posonly.len()..(code.proto.arg_count + code.proto.kwonly_count) as usize];
        let hint = super::suggest::closest(name, known.iter().map(|name| &**name));
        let hint = hint.map(|hint| format!(". Did you mean '{hint}'?")).unwrap_or_default();
        self.type_error(format!("{qualname}() got an unexpected keyword argument '{name}'{hint}"))
    }
}
