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
    let only = arguments.value("--only")?;
    if only.as_deref() != Some("sqlite") {
        tools.ensure(Need::Postgres)?;
    }
    let records = arguments.value("--records")?;
    for (option, value) in [("--only", only), ("--records", records)] {
        if let Some(value) = value {
            command.args([option, &value]);
        }
    }
    arguments.end()?;
    process::run(&mut command)
}
