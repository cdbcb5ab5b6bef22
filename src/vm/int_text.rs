//! Ints to and from text, under the limit that guards against quadratic time.

use num_bigint::BigInt;

use crate::object::number::int_text::{self, IntError};
use crate::object::{Raised, Value, Vm};

/// `sys.get_int_max_str_digits()`; 0 is no limit.
pub struct IntDigits(pub usize);

impl Default for IntDigits {
    fn default() -> Self {
        IntDigits(4300)
    }
}

/// Why a text was not parsed to its end.
enum ParseStop {
    Error(IntError),
    Raised(Raised),
}

impl From<IntError> for ParseStop {
    fn from(error: IntError) -> ParseStop {
        ParseStop::Error(error)
    }
}

impl Vm {
    /// How many digits a decimal text of an int may have (0: any number).
    pub fn int_digits(&mut self) -> usize {
        self.interp.extension::<IntDigits>(&mut self.gil).0
    }

    /// `sys.set_int_max_str_digits(limit)`; the caller has checked the range.
    pub fn set_int_digits(&mut self, limit: usize) {
        self.interp.extension::<IntDigits>(&mut self.gil).0 = limit;
    }

    /// The decimal text of an int of any size.
    ///
    /// # Errors
    ///
    /// ValueError if it has more digits than the limit.
    pub fn big_to_text(&mut self, number: &BigInt) -> Result<String, Raised> {
        let limit = self.int_digits();
        int_text::decimal(number, limit, &mut || self.poll_posted())?.ok_or_else(|| {
            self.value_error(format!(
                "Exceeds the limit ({limit} digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit"
            ))
        })
    }

    /// `int(text, base)`; `shown` is the object whose `repr` the error quotes.
    ///
    /// # Errors
    ///
    /// ValueError if the text is no int of that base, or has more digits than the limit.
    pub fn parse_int(&mut self, text: &str, base: u32, shown: &Value) -> Result<Value, Raised> {
        let limit = self.int_digits();
        let error = match int_text::parse(text, base, limit, &mut || self.poll_posted().map_err(ParseStop::Raised)) {
            Ok(number) => return Ok(Value::big(number)),
            Err(ParseStop::Raised(raised)) => return Err(raised),
            Err(ParseStop::Error(error)) => error,
        };
        match error {
            IntError::TooLong(digits) => Err(self.value_error(format!(
                "Exceeds the limit ({limit} digits) for integer string conversion: value has {digits} digits; use sys.set_int_max_str_digits() to increase the limit"
            ))),
            IntError::Invalid => {
                let shown = self.repr(shown)?;
                let shown: String = shown.chars().take(200).collect();
                Err(self.value_error(format!("invalid literal for int() with base {base}: {shown}")))
            }
        }
    }
}
