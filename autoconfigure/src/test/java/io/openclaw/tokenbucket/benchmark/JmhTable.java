package io.openclaw.tokenbucket.benchmark;

import java.util.Collection;
import java.util.stream.Collectors;

import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs benchmarks of JMH with one and with two threads, and prints one table: medians of
 * all iterations of all forks, and what is allocated. Arguments are those of JMH.
 */
public final class JmhTable {

	private static final String ALLOCATED = "gc.alloc.rate.norm";

	private JmhTable() {
	}

	/**
	 * Runs what the arguments name.
	 * @throws RunnerException if a benchmark fails
	 * @throws CommandLineOptionException if JMH does not know an argument
	 */
	public static void main(String[] arguments) throws RunnerException, CommandLineOptionException {
		CommandLineOptions named = new CommandLineOptions(arguments);
		Table table = new Table("Medians (lowest to highest) of iterations; " + Table.machine(), "benchmark",
				"parameters", "threads", "time", "unit", "bytes allocated");
		int[] threads = named.getThreads().hasValue() ? new int[] { named.getThreads().get() } : new int[] { 1, 2 };
		for (int count : threads) {
			Options options = new OptionsBuilder().parent(named)
				.threads(count)
				.addProfiler(GCProfiler.class)
				.shouldFailOnError(true)
				.verbosity(VerboseMode.SILENT)
				.build();
			new Runner(options).run().forEach((result) -> print(table, result));
		}
	}

	private static void print(Table table, RunResult result) {
		BenchmarkParams params = result.getParams();
		String name = params.getBenchmark();
		Samples times = Samples.of(iterations(result), (iteration) -> iteration.getPrimaryResult().getScore());
		Result<?> allocated = result.getSecondaryResults().get(ALLOCATED);
		table.row(name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1), parameters(params),
				params.getThreads(), times.spread("%.1f"), result.getPrimaryResult().getScoreUnit(),
				(allocated != null) ? Samples.format("%.0f", allocated.getScore()) : "");
	}

	private static Collection<IterationResult> iterations(RunResult result) {
		return result.getBenchmarkResults()
			.stream()
			.map(BenchmarkResult::getIterationResults)
			.flatMap(Collection::stream)
			.toList();
	}

	private static String parameters(BenchmarkParams params) {
		return params.getParamsKeys()
			.stream()
			.map((key) -> key + " " + params.getParam(key))
			.collect(Collectors.joining(", "));
	}

}
