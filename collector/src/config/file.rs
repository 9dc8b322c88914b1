//! The file of `--config`: what the command line says, in TOML.
//!
//! Each entry is named as an option, without its dashes. What is on the
//! command line or in the environment counts more, and a misspelt entry is
//! refused: a server that silently lacks a limit is worse than one that does
//! not start.

use super::Args;
use anyhow::{Context, Result, bail};
use clap::parser::ValueSource;
use clap::{ArgAction, ArgMatches, Command, CommandFactory as _, FromArgMatches as _};
use std::ffi::OsString;
use std::path::Path;
use toml::{Table, Value};

/// Largest file in bytes.
const MAX_BYTES: u64 = 64 * 1024;

impl Args {
    /// Reads the command line, the environment, and the file that `--config`
    /// names, in this order of weight. Ends the process after `--help` and
    /// after a wrong command line, as `clap` does.
    ///
    /// # Errors
    /// The file cannot be read, is not TOML, or has an entry that is no option.
    pub fn load() -> Result<Self> {
        Self::load_from(std::env::args_os().collect(), |error| error.exit())
    }

    fn load_from(mut line: Vec<OsString>, refuse: fn(clap::Error) -> Self) -> Result<Self> {
        // An option may need another one that is in the file.
        let said = Self::command()
            .ignore_errors(true)
            .try_get_matches_from(&line);
        let file = said.as_ref().ok().and_then(|said| {
            let file = said.try_get_one::<std::path::PathBuf>("config").ok()??;
            Some((file.clone(), said))
        });
        if let Some((file, said)) = file {
            let context = || format!("--config {}", file.display());
            let entries = read(&file).and_then(|table| options(&table, said));
            // Before what is there: a subcommand ends the options.
            line.splice(1..1, entries.with_context(context)?);
        }
        let parsed = Self::command().try_get_matches_from(line);
        Ok(parsed
            .and_then(|matches| Self::from_arg_matches(&matches))
            .unwrap_or_else(refuse))
    }
}

fn read(file: &Path) -> Result<Table> {
    if std::fs::metadata(file)?.len() > MAX_BYTES {
        bail!("it is larger than {MAX_BYTES} bytes");
    }
    // The parser's message would repeat the line, which may hold a token.
    let text = std::fs::read_to_string(file)?;
    toml::from_str(&text).map_err(|error| {
        let line = error
            .span()
            .and_then(|span| text.get(..span.start))
            .map_or(1, |before| before.matches('\n').count() + 1);
        anyhow::anyhow!("it is not TOML: line {line}")
    })
}

/// The entries as options of a command line, without those that are given
/// already.
fn options(table: &Table, said: &ArgMatches) -> Result<Vec<OsString>> {
    let command = Args::command();
    let mut options = Vec::new();
    for (name, value) in table {
        let option = find(&command, name)?;
        let source = said.value_source(option.get_id().as_str());
        if matches!(
            source,
            Some(ValueSource::CommandLine | ValueSource::EnvVariable)
        ) {
            continue;
        }
        let is_switch = matches!(option.get_action(), ArgAction::SetTrue);
        let is_list = matches!(option.get_action(), ArgAction::Append);
        let mut add = |value: &Value| -> Result<()> {
            let text =
                scalar(value).with_context(|| format!("`{name}` is not a text or number"))?;
            options.push(format!("--{name}={text}").into());
            Ok(())
        };
        match value {
            Value::Boolean(true) if is_switch => options.push(format!("--{name}").into()),
            Value::Boolean(false) if is_switch => {}
            _ if is_switch => bail!("`{name}` is true or false"),
            Value::Array(values) if is_list => values.iter().try_for_each(&mut add)?,
            value => add(value)?,
        }
    }
    Ok(options)
}

fn find<'a>(command: &'a Command, name: &str) -> Result<&'a clap::Arg> {
    command
        .get_arguments()
        .find(|option| option.get_long() == Some(name) && name != "config")
        .with_context(|| format!("there is no option `{name}`"))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    fn load(content: &str, line: &[&str]) -> Result<Args> {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("collector.toml");
        std::fs::write(&file, content).unwrap();
        let mut all: Vec<OsString> = vec!["tidegate-collector".into(), "--config".into()];
        all.push(file.into());
        all.extend(line.iter().map(OsString::from));
        Args::load_from(all, |error| panic!("{error}"))
    }

    #[test]
    fn the_command_line_counts_more_than_the_file_and_the_file_more_than_the_default() {
        let file = "listen = \"127.0.0.1:9000\"\nrate-limit = 7\nlog-json = true\ndemo = false\n\
                    allow-origin = [\"https://a.example\", \"https://b.example\"]\n";
        let args = load(file, &["--rate-limit", "9"]).unwrap();
        assert_eq!(args.listen.port(), 9_000);
        assert_eq!(args.rate_limit, 9);
        assert!(args.log_json && !args.demo);
        assert_eq!(args.allow_origins.len(), 2);
        assert_eq!(args.stop_grace, 10);
    }

    #[test]
    fn an_option_may_need_one_that_is_in_the_file() {
        let args = load(
            "upstream = \"http://127.0.0.1:1\"",
            &["--upstream-key-env", "HOME"],
        );
        assert_eq!(
            args.unwrap().upstream.as_deref(),
            Some("http://127.0.0.1:1")
        );
    }

    #[test]
    fn a_wrong_file_is_refused_without_repeating_it() {
        for (content, message) in [
            ("rate-limt = 7", "there is no option `rate-limt`"),
            ("config = \"other.toml\"", "there is no option `config`"),
            ("demo = 1", "`demo` is true or false"),
            ("listen = {}", "`listen` is not a text or number"),
            (
                "listen = \"127.0.0.1:1\"\nadmin-token = secret",
                "it is not TOML: line 2",
            ),
        ] {
            let error = format!("{:#}", load(content, &[]).unwrap_err());
            assert!(error.ends_with(message), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
