//! `tidegate-collector`: the reference provider backend.

use std::io::Write as _;
use std::process::ExitCode;
use tidegate_collector::{Args, Collector, start_log};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tidegate-collector: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> anyhow::Result<()> {
    let args = Args::load()?;
    start_log(args.log_json);
    let mut out = std::io::stdout();
    if let Some(command) = args.command.clone() {
        out.write_all(command.run(&args).await?.as_bytes())?;
        return Ok(());
    }
    let stop = stop_signal()?;
    let collector = Collector::bind(args).await?;
    // Who started it may have stopped reading by now; that is no reason to end.
    let _ = writeln!(out, "listening on http://{}", collector.address());
    if let Some(token) = collector.made_up_token() {
        let _ = writeln!(
            out,
            "admin token (set TIDEGATE_ADMIN_TOKEN to choose your own): {token}"
        );
    }
    if let Some((name, password)) = collector.demo_account() {
        let _ = writeln!(out, "demo account for the console: {name} / {password}");
    }
    collector.serve(stop).await
}

/// Resolves when the process is asked to end. The signals are taken from here
/// on, not only once this is awaited.
#[cfg(unix)]
fn stop_signal() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop_signal() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        // Without a handler there is nothing to wait for but the end itself.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
