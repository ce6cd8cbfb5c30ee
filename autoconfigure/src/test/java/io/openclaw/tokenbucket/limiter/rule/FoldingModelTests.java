package io.openclaw.tokenbucket.limiter.rule;

import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.limiter.rule.FoldingModel.Member;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random schedules in which folds meet each other, compared with the same schedules
 * without folds. More of them with {@code -Dopenclaw.folding.runs=3000}.
 */
class FoldingModelTests {

	private static final int RUNS = Integer.getInteger("openclaw.folding.runs", 40);

	/**
	 * Processes know a bucket before they use it: unless one was away for several folds,
	 * it is as if nobody folded.
	 */
	@Test
	void foldsChangeNoLevel() {
		List<FoldingModel> runs = runs(false);
		assertThat(runs.stream().filter((run) -> run.startedAnew() == 0)).hasSizeGreaterThan(RUNS / 2)
			.allSatisfy((run) -> {
				Member any = run.members().get(0);
				assertThat(any.level()).as("%s", run).isEqualTo(any.unfoldedLevel());
			});
	}

	/**
	 * Buckets are used before they know what was folded, and members are away for several
	 * folds. The former loses nothing but what a member knew of others. The latter
	 * carries over what it spent since all were heard, as far as that is not refilled.
	 * That is nearly all.
	 */
	@Test
	void whoStartsAnewMakesNoTokens() {
		List<FoldingModel> runs = runs(true);
		assertThat(runs.stream().filter((run) -> run.parted() == 0)).hasSizeGreaterThan(RUNS / 5)
			.allSatisfy((run) -> assertThat(made(run)).as("%s", run).isNotPositive());
		int parted = runs.stream().mapToInt(FoldingModel::parted).sum();
		assertThat(parted).isGreaterThan(RUNS);
		double made = runs.stream().mapToLong((run) -> Math.max(0, made(run))).sum();
		assertThat(made / parted).isLessThan(0.03 * FoldingModel.LIMIT.capacity());
	}

	private static long made(FoldingModel run) {
		Member any = run.members().get(0);
		return any.level() - any.unfoldedLevel() - run.forgotten();
	}

	private static List<FoldingModel> runs(boolean unaware) {
		List<FoldingModel> runs = IntStream.range(0, RUNS).mapToObj((seed) -> new FoldingModel(seed, unaware)).toList();
		runs.forEach((run) -> run.run(60));
		assertThat(runs.stream().mapToInt(FoldingModel::folds).sum()).isGreaterThan(RUNS);
		assertThat(runs.stream().mapToInt(FoldingModel::besides).sum()).isGreaterThan(RUNS / 10);
		assertThat(runs).allSatisfy((run) -> {
			Member any = run.members().get(0);
			assertThat(run.members()).as("%s", run).allSatisfy((member) -> {
				assertThat(member.state().isAtLeast(any.state())).isTrue();
				assertThat(any.state().isAtLeast(member.state())).isTrue();
				assertThat(member.level()).isEqualTo(any.level());
			});
		});
		return runs;
	}

}
