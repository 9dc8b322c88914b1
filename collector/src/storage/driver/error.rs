//! What went wrong with a database.

use std::fmt;

pub(crate) type Result<T> = std::result::Result<T, Error>;

/// Why a statement was not done.
#[derive(Debug)]
pub(crate) enum Error {
    Sqlite(rusqlite::Error),
    Postgres(postgres::Error),
    /// A stored value is not what it should be.
    Damaged(String),
    /// Anything else, in words.
    Other(String),
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(error) => error.fmt(formatter),
            // The error itself says only that the server answered with one.
            Self::Postgres(error) => match error.as_db_error() {
                Some(answer) => {
                    write!(formatter, "{} ({})", answer.message(), answer.code().code())
                }
                None => {
                    error.fmt(formatter)?;
                    match std::error::Error::source(error) {
                        Some(source) => write!(formatter, ": {source}"),
                        None => Ok(()),
                    }
                }
            },
            Self::Damaged(what) => write!(formatter, "damaged: {what}"),
            Self::Other(what) => formatter.write_str(what),
        }
    }
}

impl std::error::Error for Error {}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<postgres::Error> for Error {
    fn from(error: postgres::Error) -> Self {
        Self::Postgres(error)
    }
}
