//! The command line of the benchmark.

use std::time::Duration;

/// What the usage text says.
pub const USAGE: &str = "\
cargo bench --bench paired -- [OPTIONS]

  --filter TEXT    only programs whose name contains TEXT
  --rounds N       runs of each program under each interpreter (default 5)
  --quick          one round, and few starts
  --peer COMMAND   an interpreter to compare with; repeatable (default python3.13, and
                   Debian's python3.11 and lua5.4 where they are installed)
  --mini PATH      the mini binary (default: the one that cargo built)
  --timeout S      seconds that one run may take (default 120)";

/// What Mini is compared with if nothing is named. All but the first are passed over where they are missing.
const DEFAULT_PEERS: [&str; 3] = ["python3.13", "/usr/bin/python3.11", "lua5.4"];

/// The parsed options.
pub struct Options {
    pub filter: String,
    pub rounds: usize,
    pub starts: usize,
    pub peers: Vec<Vec<String>>,
    /// How many of the peers are asked for, so that their absence is told.
    pub wanted: usize,
    pub mini: String,
    pub timeout: Duration,
}

impl Options {
    /// Reads the options; what cargo adds of its own is passed over.
    ///
    /// # Errors
    /// A text for the user when an option is unknown or lacks its value.
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
        let mut options = Options {
            filter: String::new(),
            rounds: 5,
            starts: 40,
            peers: Vec::new(),
            wanted: 1,
            mini: env!("CARGO_BIN_EXE_mini").to_owned(),
            timeout: Duration::from_secs(120),
        };
        while let Some(flag) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{flag} needs a value"));
            match flag.as_str() {
                "--bench" => {}
                "--quick" => (options.rounds, options.starts) = (1, 5),
                "--filter" => options.filter = value()?,
                "--rounds" => options.rounds = positive(&flag, &value()?)?,
                "--mini" => options.mini = value()?,
                "--timeout" => options.timeout = Duration::from_secs(positive(&flag, &value()?)? as u64),
                "--peer" => {
                    let words: Vec<String> = value()?.split_whitespace().map(str::to_owned).collect();
                    if words.is_empty() {
                        return Err("--peer needs a command".to_owned());
                    }
                    options.peers.push(words);
                }
                _ => return Err(format!("unknown option {flag}\n\n{USAGE}")),
            }
        }
        if options.peers.is_empty() {
            options.peers.extend(DEFAULT_PEERS.map(|peer| vec![peer.to_owned()]));
        } else {
            options.wanted = options.peers.len();
        }
        Ok(options)
    }
}

fn positive(flag: &str, text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| format!("{flag} needs a number above 0, not {text}"))
}
