//! The command line.
//!
//! Options end where the program begins: what follows the program's name is the program's.

use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use mini::command::{LineTrace, Program, Source};
use mini::gil::policy::{Policy, policy_by_name};
use mini::gil::{LockConfig, PreemptionModel, SeededScheduler};
use mini::modules::sys::config::SysConfig;

/// Runs programs in a subset of Python 3.13 under a visible, tunable global lock.
#[derive(Debug, Default, Parser)]
#[command(name = "mini", version, disable_help_subcommand = true)]
#[command(override_usage = "mini [OPTIONS] [FILE | -c COMMAND | -m MODULE | -] [ARGS]...\n       mini dis FILE")]
#[command(after_help = "Without a program, the prompt is started, or standard input is run if it is no terminal.\n\
    MINIPATH names folders, separated by colons, in which modules are looked for.")]
struct Options {
    /// Go to the prompt when the program has ended, or without one, even if standard input is no terminal
    #[arg(short)]
    interactive: bool,
    /// Do not introduce the prompt
    #[arg(short)]
    quiet: bool,
    /// Write standard output and error at once
    #[arg(short)]
    unbuffered: bool,
    /// Filter warnings, as Python's -W
    #[arg(short = 'W', value_name = "FILTER")]
    warnings: Vec<String>,
    /// Not available: assertions are part of the program
    #[arg(short = 'O', action = clap::ArgAction::Count)]
    optimize: u8,
    /// How long a thread may keep the lock while others wait: 5ms, 0.1s, 250us
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    switch_interval: Option<Duration>,
    /// How threads hand the lock over: timed (as CPython), ticks (as Python 2), fifo, io-first
    #[arg(long, value_name = "POLICY", value_parser = parse_policy)]
    gil_policy: Option<Arc<dyn Policy>>,
    /// Where the lock may change hands: cpython-3.13, op (any instruction), line, sync (synchronisation only)
    #[arg(long, value_name = "MODEL", value_parser = parse_model, default_value_t)]
    preemption: PreemptionModel,
    /// Decide everything that is left to chance from a number, on a virtual clock: the run can be repeated
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Write each line to standard error before it runs, with its thread
    #[arg(long)]
    trace_lines: bool,
    /// Program given as text
    #[arg(short, value_name = "COMMAND")]
    command: Option<String>,
    /// Module to run as a program
    #[arg(short, value_name = "MODULE")]
    module: Option<String>,
    /// Script to run, `-` for standard input
    file: Option<String>,
}

/// What the command line asks for.
pub enum Action {
    /// To run a program.
    Run(Box<Program>),
    /// To show the instructions of a file.
    Disassemble(String),
    /// To show a text.
    Show(&'static str),
    /// Something that is not available.
    Refuse(String),
}

/// The command's own path: as it was called if that says it all, which spares asking the system.
fn executable(args: &[String]) -> String {
    match args.first() {
        Some(name) if name.starts_with('/') => name.clone(),
        _ => std::env::current_exe().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default(),
    }
}

/// A positive time with its unit.
fn parse_time(text: &str) -> Result<Duration, String> {
    let at = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let number: f64 = number.parse().map_err(|_| format!("'{text}' is no time"))?;
    let scale = match unit {
        "us" => 1e-6,
        "ms" => 1e-3,
        "" | "s" => 1.0,
        _ => return Err(format!("'{unit}' is no unit of time: use us, ms or s")),
    };
    match Duration::try_from_secs_f64(number * scale) {
        Ok(time) if !time.is_zero() => Ok(time),
        _ => Err("the time must be positive".to_owned()),
    }
}

fn parse_policy(name: &str) -> Result<Arc<dyn Policy>, String> {
    // Seeded hand-over goes with a seed.
    let policy = policy_by_name(name).ok().filter(|policy| policy.name() != "seeded");
    policy.ok_or_else(|| "the policies are timed, ticks, fifo and io-first".to_owned())
}

fn parse_model(name: &str) -> Result<PreemptionModel, String> {
    name.parse().map_err(|_| format!("the models are {}", PreemptionModel::ALL.map(PreemptionModel::name).join(", ")))
}

/// The options whose value may be the next word.
const VALUED: [&str; 4] = ["switch-interval", "gil-policy", "preemption", "seed"];

/// How many of the arguments, the command's name included, belong to the command.
fn own_count(args: &[String]) -> usize {
    let mut index = 1;
    while let Some(arg) = args.get(index) {
        index += 1;
        let Some(letters) = arg.strip_prefix('-').filter(|rest| !rest.is_empty()) else { return index };
        if let Some(long) = letters.strip_prefix('-') {
            if VALUED.contains(&long) {
                index += 1;
            }
            continue;
        }
        // The value of a letter is the rest of its word or the next word.
        let Some(at) = letters.find(['c', 'm', 'W']) else { continue };
        if at + 1 == letters.len() {
            index += 1;
        }
        if !letters[at..].starts_with('W') {
            return index;
        }
    }
    index
}

/// What the usual command lines say, a program and no options. To set up the parser takes a tenth of the time that a
/// small program takes.
fn plain(args: &[String]) -> Option<Options> {
    match args {
        [_, flag, text] if flag == "-c" => Some(Options { command: Some(text.clone()), ..Options::default() }),
        [_, flag, name] if flag == "-m" => Some(Options { module: Some(name.clone()), ..Options::default() }),
        [_, file] if !file.starts_with('-') => Some(Options { file: Some(file.clone()), ..Options::default() }),
        _ => None,
    }
}

#[cfg(feature = "mimalloc")]
fn reserve() -> Option<Arc<dyn mini::MemoryReserve>> {
    Some(Arc::new(crate::allocator::Reserve))
}

#[cfg(not(feature = "mimalloc"))]
fn reserve() -> Option<Arc<dyn mini::MemoryReserve>> {
    None
}

/// `mini dis FILE`.
fn disassemble(args: &[String]) -> Action {
    match args {
        [file] if file == "-" || !file.starts_with('-') => Action::Disassemble(file.clone()),
        [flag] if flag == "-h" || flag == "--help" => Action::Show(DIS_HELP),
        [option] => Action::Refuse(format!("dis has no option '{option}'")),
        _ => Action::Refuse(format!("dis takes one file, not {} (a program of that name is ./dis)", args.len())),
    }
}

const DIS_HELP: &str = "Prints the bytecode of a file, or of standard input, with its source lines

Usage: mini dis FILE
       mini dis -
";

/// The arguments as text.
///
/// # Errors
///
/// The message, if one is no UTF-8: it would reach the program as another.
pub fn texts(args: std::env::ArgsOs) -> Result<Vec<String>, String> {
    let text = |(index, arg): (usize, std::ffi::OsString)| {
        arg.into_string().map_err(|arg| format!("argument {index} is not UTF-8: '{}'", arg.to_string_lossy()))
    };
    args.enumerate().map(text).collect()
}

/// Reads the arguments. Wrong usage, `--help` and `--version` end the process.
pub fn parse(args: &[String]) -> Action {
    if args.get(1).is_some_and(|word| word == "dis") {
        return disassemble(&args[2..]);
    }
    let count = own_count(args).min(args.len());
    let options = plain(&args[..count]).unwrap_or_else(|| Options::parse_from(&args[..count]));
    if options.optimize > 0 {
        return Action::Refuse("-O is not supported: assertions and docstrings are always kept".to_owned());
    }
    let source = match (options.command, options.module, options.file) {
        (Some(text), ..) => Source::Command(text),
        (_, Some(name), _) => Source::Module(name),
        (_, _, Some(file)) if file != "-" => Source::File(file),
        _ if options.interactive || std::io::stdin().is_terminal() => Source::Interactive,
        _ => Source::Stdin,
    };
    let config = SysConfig {
        orig_argv: args.to_vec(),
        executable: executable(args),
        warn_options: options.warnings,
        unbuffered: options.unbuffered,
        inspect: options.interactive,
        quiet: options.quiet,
        ..SysConfig::default()
    };
    let mut lock = LockConfig { preemption: options.preemption, ..LockConfig::default() };
    lock.interval = options.switch_interval.unwrap_or(lock.interval);
    lock.policy = options.gil_policy.unwrap_or(lock.policy);
    if let Some(seed) = options.seed {
        lock.scheduler = Arc::new(SeededScheduler::new(seed));
    }
    if options.trace_lines {
        lock.observer = Some(Arc::new(LineTrace::default()));
    }
    Action::Run(Box::new(Program { source, args: args[count..].to_vec(), lock, config, reserve: reserve() }))
}
