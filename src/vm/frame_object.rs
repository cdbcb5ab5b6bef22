//! Frame objects: running frames as scripts see them.
//!
//! A frame object is made when a script asks for it, and finds its frame as long as that runs. Afterwards it
//! knows what does not change: code, globals, and the place where a traceback says it was.

use std::cell::Cell;
use std::rc::Rc;

use crate::bytecode::CodeFlags;
use crate::object::vm::Frame;
use crate::object::{Code, Dict, Foreign, ForeignData, Gen, GenState, Known, Ptr, Raised, Traceback, Value, Vm};

/// What a frame object knows.
pub(crate) struct FrameObject {
    /// The running frame; null when it is over.
    place: Rc<Cell<*mut Frame>>,
    code: Value,
    globals: Value,
    /// The generator whose frame it is, else `Undef`.
    generator: Value,
    /// The instruction to tell the line of, when the frame does not run.
    at: u32,
    /// The variables that an exception left behind when it ended the frame: a tuple, or `Undef`.
    variables: Value,
    /// The caller's frame, as far as it is known when the frame does not run; else `Undef`.
    back: Value,
    /// Names that a script has put in `f_locals` and that are none of the function's: a dict, or `Undef`.
    added: Value,
}

impl ForeignData for FrameObject {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.code);
        visit(&self.globals);
        visit(&self.generator);
        visit(&self.variables);
        visit(&self.back);
        visit(&self.added);
    }

    fn clear(&mut self) -> Vec<Value> {
        vec![self.generator.take(), self.variables.take(), self.back.take(), self.added.take()]
    }
}

/// The index of the instruction that a frame is at.
///
/// # Safety
///
/// The frame runs.
unsafe fn index(frame: &Frame) -> u32 {
    // SAFETY: the program counter points into the frame's code.
    unsafe { (frame.pc.offset_from((*frame.code).entry) - 1).max(0) as u32 }
}

impl Vm {
    /// The running frame that is `depth` below the innermost, if there are so many.
    fn frame_below(&self, depth: usize) -> Option<*mut Frame> {
        if depth >= self.frame_depth() {
            return None;
        }
        // SAFETY: so many frames run.
        Some(unsafe { self.fp.sub(depth) })
    }

    /// The frame object of the frame `depth` below the innermost.
    ///
    /// # Errors
    ///
    /// None so far.
    pub(crate) fn frame_object(&mut self, depth: usize) -> Result<Option<Value>, Raised> {
        Ok(self.frame_below(depth).map(|frame| self.object_of_frame(frame)))
    }

    /// The globals of the frame `depth` below the innermost.
    pub(crate) fn frame_globals_at(&self, depth: usize) -> Option<Ptr<Dict>> {
        // SAFETY: the frame runs.
        self.frame_below(depth).map(|frame| unsafe { Ptr::from_ref(&*(*frame).globals) })
    }

    /// The object of a frame of this thread that runs.
    fn object_of_frame(&mut self, frame: *mut Frame) -> Value {
        let class = self.known(Known::Frame);
        // SAFETY: the caller gives a running frame; its pointers are good.
        unsafe {
            let extra = (*frame).extra.get_or_insert_default();
            if !extra.object.is_undef() {
                return extra.object.clone();
            }
            let place = Rc::new(Cell::new(frame));
            let generator = match (*frame).generator.as_ref() {
                Some(generator) => Ptr::<Gen>::from_ref(generator).into_value(),
                None => Value::Undef,
            };
            let data = FrameObject {
                place: place.clone(),
                code: Ptr::<Code>::from_ref(&*(*frame).code).into_value(),
                globals: Ptr::<Dict>::from_ref(&*(*frame).globals).into_value(),
                generator,
                at: 0,
                variables: Value::Undef,
                back: Value::Undef,
                added: Value::Undef,
            };
            let object = Foreign::new(class, data).into_value();
            extra.object = object.clone();
            extra.mark.0 = Some(place);
            object
        }
    }

    /// Keeps the variables of the running frame, which an exception is about to end, with the exception's traceback.
    pub(super) fn keep_variables(&mut self) {
        let Value::Exc(exception) = &self.raised else { return };
        let Some(level) = exception.data.get(&self.gil).traceback.clone() else { return };
        // SAFETY: a frame runs.
        unsafe {
            let frame = &*self.fp;
            if !std::ptr::eq(&*level.code, frame.code) || matches!(level.frame.get(&self.gil), Value::Tuple(_)) {
                return;
            }
            let object = frame.extra.as_ref().map_or(Value::Undef, |extra| extra.object.clone());
            let kept = if object.is_undef() { self.take_variables() } else { object };
            let old = std::mem::replace(level.frame.get_mut(&mut self.gil), kept);
            drop(old);
        }
    }

    /// Ties the newest level of a traceback to the running frame, which goes on: its variables will be known as
    /// long as the traceback is, however the frame ends.
    pub(super) fn tie_traceback(&mut self) {
        let Value::Exc(exception) = &self.raised else { return };
        let Some(level) = exception.data.get(&self.gil).traceback.clone() else { return };
        // A generator's frame object holds the generator, which may hold the exception.
        // SAFETY: a frame runs.
        let wanted =
            unsafe { (*self.fp).generator.is_null() && (&*(*self.fp).code).proto.flags.has(CodeFlags::OPTIMIZED) };
        if wanted && level.frame.get(&self.gil).is_undef() {
            let object = self.object_of_frame(self.fp);
            *level.frame.get_mut(&mut self.gil) = object;
        }
    }

    /// Moves the variables of the running frame into a tuple, the last first: tuples let go of theirs from the end.
    ///
    /// # Safety
    ///
    /// A frame runs, and is about to end.
    unsafe fn take_variables(&mut self) -> Value {
        // SAFETY: the registers below `first_temp` are the frame's variables.
        unsafe {
            let frame = &*self.fp;
            let code = &*frame.code;
            let count = if code.proto.flags.has(CodeFlags::OPTIMIZED) { code.first_temp as usize } else { 0 };
            Value::tuple((0..count).rev().map(|index| (*frame.base.add(index)).take()).collect())
        }
    }

    /// The running frame is about to end: if something holds its frame object, the variables go there.
    #[cold]
    pub(super) fn retire_frame_object(&mut self) {
        // SAFETY: a frame runs.
        unsafe {
            let Some(extra) = &(*self.fp).extra else { return };
            let object = extra.object.clone();
            let Value::Foreign(foreign) = &object else { return };
            // One reference is the frame's own, one is here.
            if foreign.to_ptr().ref_count() <= 3 {
                return;
            }
            let variables = self.take_variables();
            let at = index(&*self.fp);
            let back = self.frame_back(&object);
            if let Some(data) = foreign.get_mut::<FrameObject>(&mut self.gil) {
                data.variables = variables;
                data.at = at;
                data.back = back;
                data.place.set(std::ptr::null_mut());
            }
        }
    }

    /// The frame object of a traceback's level: of the innermost running frame of its code, if the frame is not over.
    pub(crate) fn traceback_frame(&mut self, traceback: &Value) -> Value {
        let Value::Traceback(level) = traceback else { return Value::None };
        if let known @ Value::Foreign(_) = level.frame.get(&self.gil) {
            return known.clone();
        }
        let object = self.make_traceback_frame(&level.to_ptr());
        // The levels below were called from here.
        let (mut caller, mut next) = (object.clone(), level.next.get(&self.gil).clone());
        while let Some(level) = next {
            if matches!(level.frame.get(&self.gil), Value::Foreign(_)) {
                break;
            }
            let called = self.make_traceback_frame(&level);
            if let Value::Foreign(foreign) = &called {
                if let Some(data) = foreign.get_mut::<FrameObject>(&mut self.gil) {
                    data.back = caller;
                }
            }
            caller = called;
            next = level.next.get(&self.gil).clone();
        }
        object
    }

    fn make_traceback_frame(&mut self, level: &Ptr<Traceback>) -> Value {
        let variables = level.frame.get(&self.gil).clone();
        let code: *const Code = &*level.code;
        let running = match &variables {
            Value::Tuple(_) => None,
            _ => (0..self.frame_depth()).filter_map(|depth| self.frame_below(depth)).find(|frame| {
                // SAFETY: the frame runs.
                unsafe { std::ptr::eq((**frame).code, code) }
            }),
        };
        let object = match running {
            Some(frame) => self.object_of_frame(frame),
            None => {
                let data = FrameObject {
                    place: Rc::new(Cell::new(std::ptr::null_mut())),
                    code: level.code.to_value(),
                    globals: level.globals.to_value(),
                    generator: Value::Undef,
                    at: level.instr & !Traceback::IN_LOOKUP,
                    variables,
                    back: Value::Undef,
                    added: Value::Undef,
                };
                Foreign::new(self.known(Known::Frame), data).into_value()
            }
        };
        let old = std::mem::replace(level.frame.get_mut(&mut self.gil), object.clone());
        drop(old);
        object
    }

    /// `gi_frame`: the frame of a generator that has not finished.
    ///
    /// # Errors
    ///
    /// None so far.
    pub(crate) fn generator_frame(&mut self, generator: &Value) -> Result<Value, Raised> {
        let Value::Gen(object) = generator else { return Ok(Value::None) };
        let wanted: *const Gen = &**object;
        let running = (0..self.frame_depth()).filter_map(|depth| self.frame_below(depth)).find(|frame| {
            // SAFETY: the frame runs.
            unsafe { std::ptr::eq((**frame).generator, wanted) }
        });
        if let Some(frame) = running {
            return Ok(self.object_of_frame(frame));
        }
        // SAFETY: the generator's program counter points into its code.
        let at = unsafe { object.pc.get().offset_from(object.code.entry) };
        let data = FrameObject {
            place: Rc::new(Cell::new(std::ptr::null_mut())),
            code: object.code.to_value(),
            globals: object.globals.to_value(),
            generator: generator.clone(),
            at: (at - 1).max(0) as u32,
            variables: Value::Undef,
            back: Value::Undef,
            added: Value::Undef,
        };
        Ok(Foreign::new(self.known(Known::Frame), data).into_value())
    }

    fn frame_data<'a>(&'a self, frame: &'a Value) -> Option<&'a FrameObject> {
        match frame {
            Value::Foreign(object) => object.get::<FrameObject>(&self.gil),
            _ => None,
        }
    }

    fn running_frame(&self, frame: &Value) -> Option<*mut Frame> {
        self.frame_data(frame).map(|data| data.place.get()).filter(|place| !place.is_null())
    }

    /// `f_code`.
    pub(crate) fn frame_code(&self, frame: &Value) -> Value {
        self.frame_data(frame).map_or(Value::None, |data| data.code.clone())
    }

    /// `f_globals`.
    pub(crate) fn frame_namespace(&self, frame: &Value) -> Value {
        self.frame_data(frame).map_or(Value::None, |data| data.globals.clone())
    }

    /// `f_generator`.
    pub(crate) fn frame_generator(&self, frame: &Value) -> Value {
        let generator = self.frame_data(frame).map(|data| data.generator.clone());
        generator.and_then(Value::bound).unwrap_or(Value::None)
    }

    /// The index of the instruction that the frame is or was at.
    pub(crate) fn frame_instruction(&self, frame: &Value) -> u32 {
        match self.running_frame(frame) {
            // SAFETY: the frame runs.
            Some(running) => unsafe { index(&*running) },
            None => self.frame_data(frame).map_or(0, |data| data.at),
        }
    }

    /// `f_lineno`.
    pub(crate) fn frame_line(&self, frame: &Value) -> Value {
        let at = self.frame_instruction(frame) as usize;
        match &self.frame_code(frame) {
            Value::Code(code) => match code.proto.positions.get(at) {
                Some(position) if position.line > 0 => Value::Int(position.line.into()),
                _ => Value::Int(code.proto.first_line.into()),
            },
            _ => Value::None,
        }
    }

    /// `f_back`: the caller's frame while this one runs.
    pub(crate) fn frame_back(&mut self, frame: &Value) -> Value {
        let Some(running) = self.running_frame(frame) else {
            let back = self.frame_data(frame).map(|data| data.back.clone());
            return back.and_then(Value::bound).unwrap_or(Value::None);
        };
        // SAFETY: below a running frame is another or the bottom, which has no code.
        unsafe {
            let below = running.sub(1);
            if (*below).code.is_null() { Value::None } else { self.object_of_frame(below) }
        }
    }

    /// Whether the frame's variables are in registers.
    pub(crate) fn is_function_frame(&self, frame: &Value) -> bool {
        matches!(&self.frame_code(frame), Value::Code(code) if code.proto.flags.has(CodeFlags::OPTIMIZED))
    }

    /// The namespace of module and class code; a new dict of a function's variables.
    pub(crate) fn frame_variables(&mut self, frame: &Value) -> Value {
        let Value::Code(code) = &self.frame_code(frame) else { return Value::None };
        if !code.proto.flags.has(CodeFlags::OPTIMIZED) {
            // SAFETY: the frame runs.
            let own = self.running_frame(frame).and_then(|running| unsafe {
                (*running).extra.as_ref().and_then(|extra| extra.locals.clone().bound())
            });
            return own.unwrap_or_else(|| self.frame_namespace(frame));
        }
        let dict = Dict::new();
        if let Some(registers) = self.live_registers(frame) {
            // SAFETY: these are the registers of a frame of this code.
            unsafe { self.copy_locals(code, registers, &dict) };
        } else {
            let kept = self.frame_data(frame).map_or(Value::Undef, |data| data.variables.clone());
            if let Value::Tuple(kept) = &kept {
                let mut registers: Vec<Value> = kept.iter().rev().cloned().collect();
                registers.resize(code.proto.local_names.len(), Value::Undef);
                // SAFETY: there is a place for each name.
                unsafe { self.copy_locals(code, registers.as_mut_ptr(), &dict) };
            }
        }
        if let Value::Dict(added) = &self.frame_data(frame).map_or(Value::Undef, |data| data.added.clone()) {
            let entries: Vec<_> =
                added.data.get(&self.gil).iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect();
            for (key, value) in entries {
                // The keys were accepted once.
                let set = self.setitem(&dict.to_value(), key, value);
                let _ = self.quiet(set);
            }
        }
        dict.into_value()
    }

    /// The registers of a frame that runs or of a generator that is suspended.
    fn live_registers(&self, frame: &Value) -> Option<*mut Value> {
        if let Some(running) = self.running_frame(frame) {
            // SAFETY: the frame runs.
            return Some(unsafe { (*running).base });
        }
        match &self.frame_generator(frame) {
            Value::Gen(generator) if matches!(generator.state.get(), GenState::Created | GenState::Suspended) => {
                Some(generator.first_register())
            }
            _ => None,
        }
    }

    /// `f_locals[key] = value` of a function's frame.
    ///
    /// # Errors
    ///
    /// TypeError for a key that cannot be hashed.
    pub(crate) fn set_frame_variable(&mut self, frame: &Value, key: &Value, value: Value) -> Result<(), Raised> {
        let code = self.frame_code(frame);
        let (Value::Code(code), Value::Foreign(object)) = (&code, frame) else { return Ok(()) };
        let index = match key {
            Value::Str(name) if !name.as_str().is_empty() => {
                code.proto.local_names.iter().position(|local| **local == *name.as_str())
            }
            _ => None,
        };
        let Some(index) = index else {
            let known = self.frame_data(frame).map_or(Value::Undef, |data| data.added.clone());
            let added = known.bound().unwrap_or_else(|| Dict::new().into_value());
            self.setitem(&added, key.clone(), value)?;
            if let Some(data) = object.get_mut::<FrameObject>(&mut self.gil) {
                data.added = added;
            }
            return Ok(());
        };
        let put = |vm: &mut Vm, place: &mut Value| match place {
            Value::Cell(cell) => std::mem::replace(cell.content.get_mut(&mut vm.gil), value),
            place => std::mem::replace(place, value),
        };
        let old = match self.live_registers(frame) {
            // SAFETY: the register is one of the frame's, and the loop holds no reference into it.
            Some(registers) => put(self, unsafe { &mut *registers.add(index) }),
            None => {
                let kept = self.frame_data(frame).map_or(Value::Undef, |data| data.variables.clone());
                let Value::Tuple(kept) = &kept else { return Ok(()) };
                let mut kept = kept.as_slice().to_vec();
                let Some(at) = kept.len().checked_sub(index + 1) else { return Ok(()) };
                let old = put(self, &mut kept[at]);
                if let Some(data) = object.get_mut::<FrameObject>(&mut self.gil) {
                    data.variables = Value::tuple(kept);
                }
                old
            }
        };
        drop(old);
        Ok(())
    }

    /// `frame.clear()`.
    ///
    /// # Errors
    ///
    /// RuntimeError for a frame that runs or a suspended generator's.
    pub(crate) fn clear_frame(&mut self, frame: &Value) -> Result<(), Raised> {
        if self.frame_is_running(frame) {
            return Err(self.raise(Known::RuntimeError, "cannot clear an executing frame"));
        }
        if self.live_registers(frame).is_some() {
            return Err(self.raise(Known::RuntimeError, "cannot clear a suspended frame"));
        }
        let Value::Foreign(object) = frame else { return Ok(()) };
        let old = object.get_mut::<FrameObject>(&mut self.gil).map(|data| (data.variables.take(), data.added.take()));
        drop(old);
        Ok(())
    }

    /// Whether the frame runs.
    pub(crate) fn frame_is_running(&self, frame: &Value) -> bool {
        self.running_frame(frame).is_some()
    }
}
