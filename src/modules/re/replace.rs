//! `Pattern.sub` and `Pattern.subn`.

use super::iterate::Scan;
use super::matched::{self, offsets};
use super::pattern::data;
use super::subject::Subject;
use super::template::{self, Output};
use crate::builtins::bytes::buffer;
use crate::builtins::functions::objects::is_callable;
use crate::object::{Args, Bytes, Raised, Value, Vm};

fn replace(vm: &mut Vm, args: Args<'_>) -> Result<(Value, usize), Raised> {
    let (_, compiled) = data(vm, &args[0])?;
    let is_string = matches!(vm.unwrap(&args[1]), Value::Str(_) | Value::Bytes(_) | Value::ByteArray(_));
    let template = if is_string {
        Some(template::parse(vm, &args[1], &compiled)?)
    } else if is_callable(vm, &args[1]) {
        None
    } else {
        match buffer::view(vm, &args[1]).map(|bytes| bytes.to_vec()) {
            Some(bytes) => Some(template::parse(vm, &Bytes::new(bytes).into_value(), &compiled)?),
            None => {
                let found = vm.class_name(&args[1]);
                return Err(vm.type_error(format!("decoding to str: need a bytes-like object, {found} found")));
            }
        }
    };
    let subject = Subject::new(vm, &args[2], compiled.is_bytes)?;
    let max = match args.get(3) {
        None => 0,
        Some(count) => vm.index_clamped(count)?,
    };
    let end = subject.offset(subject.len());
    let mut scan = Scan::new(subject.clone(), 0, end);
    let mut out = Output::default();
    let (mut last, mut count) = (0, 0);
    while max == 0 || (count as isize) < max {
        let Some(slots) = scan.next(vm, &compiled)? else { break };
        let (start, stop) = offsets(&slots, 0).unwrap_or_default();
        vm.poll_posted()?;
        out.push_part(&subject, last, start);
        match &template {
            Some(template) => template.expand_to(vm, &subject, &slots, &mut out)?,
            None => {
                let found = matched::new(vm, &args[0], &args[2], subject.clone(), slots, 0, end)?;
                let text = vm.call(&args[1], &[found])?;
                push_result(vm, &text, compiled.is_bytes, &mut out, count)?;
            }
        }
        last = stop;
        count += 1;
    }
    if count == 0 && matches!(args[2], Value::Str(_) | Value::Bytes(_)) {
        return Ok((args[2].clone(), 0));
    }
    out.push_part(&subject, last, end);
    Ok((out.into_value(compiled.is_bytes), count))
}

/// Appends what a replacement function gave.
fn push_result(vm: &mut Vm, text: &Value, is_bytes: bool, out: &mut Output, index: usize) -> Result<(), Raised> {
    let message = match vm.unwrap(text) {
        Value::None => return Ok(()),
        Value::Str(text) if !is_bytes => {
            out.0.push_str(text);
            return Ok(());
        }
        Value::Bytes(bytes) if is_bytes => {
            out.0.extend(bytes.data.iter().map(|&byte| byte as char));
            return Ok(());
        }
        _ if is_bytes => format!("sequence item {index}: expected a bytes-like object, {} found", vm.class_name(text)),
        _ => format!("sequence item {index}: expected str instance, {} found", vm.class_name(text)),
    };
    Err(vm.type_error(message))
}

pub(super) fn sub(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    replace(vm, args).map(|(text, _)| text)
}

pub(super) fn subn(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    replace(vm, args).map(|(text, count)| Value::tuple(vec![text, count.into()]))
}
