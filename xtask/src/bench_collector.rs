//! `bench-collector`: what the collector takes in, next to its databases' own
//! limit. The program is `collector/benches/load`.

use std::path::Path;

use anyhow::Result;

use crate::arguments::Arguments;
use crate::process;
use crate::tools::{Need, Tools};

pub(crate) fn run(root: &Path, mut arguments: Arguments) -> Result<()> {
    let tools = Tools::new(root)?;
    let mut command = tools.cargo();
    command.args([
        "bench",
        "--package",
        "tidegate-collector",
        "--bench",
        "load",
        "--",
    ]);
    for option in ["--records", "--only"] {
        if let Some(value) = arguments.value(option)? {
            if value != "sqlite" {
                tools.ensure(Need::Postgres)?;
            }
            command.args([option, &value]);
        }
    }
    arguments.end()?;
    process::run(&mut command)
}
