package io.openclaw.tokenbucket.limiter;

import java.util.Collection;
import java.util.List;

import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.runners.ForkedTestConfig;
import org.openjdk.jcstress.infra.runners.Runner;
import org.openjdk.jcstress.infra.runners.TestConfig;
import org.openjdk.jcstress.infra.runners.TestList;
import org.openjdk.jcstress.os.AffinityMode;
import org.openjdk.jcstress.os.NodeType;
import org.openjdk.jcstress.os.SchedulingClass;
import org.openjdk.jcstress.vm.CompileMode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two threads at once lose no spending and admit nothing twice: what jcstress has made of
 * the classes named {@code *Stress}, each for a moment and in this very process. The
 * system property {@code openclaw.stress.millis} gives each more time; with processes of
 * its own and every compiler of the virtual machine jcstress runs them by <pre>
 * mvn -q -Pstress -pl autoconfigure test
 * </pre>
 */
class StressTests {

	private static final int MILLIS = Integer.getInteger("openclaw.stress.millis", 100);

	// Few at a stretch, so that both threads are at the same state when they meet; two
	// processors may be all there are, and others may use them as well.
	private static final Options OPTIONS = new Options(new String[] { "-time", Integer.toString(MILLIS), "-iters", "1",
			"-strideSize", "16", "-strideCount", "32", "-spinStyle", "THREAD_YIELD" });

	static Collection<String> races() throws Exception {
		OPTIONS.parse();
		return TestList.tests();
	}

	@ParameterizedTest
	@MethodSource("races")
	void onlyWhatIsAcceptableIsSeen(String race) throws Exception {
		TestResult result = run(race);
		System.out.println(describe(race, result));
		assertThat(result.status()).as("%s", result.getMessages()).isEqualTo(Status.NORMAL);
		assertThat(result.grading().failureMessages).isEmpty();
		assertThat(result.getTotalCount()).isPositive();
	}

	@Test
	void allRacesAreRun() {
		assertThat(TestList.tests()).as("made by the annotation processor of jcstress")
			.anyMatch((race) -> race.startsWith(DecisionStress.class.getName()))
			.anyMatch((race) -> race.startsWith(ReservationStress.class.getName()))
			.anyMatch((race) -> race.startsWith(DropStress.class.getName()));
	}

	private static TestResult run(String race) throws ReflectiveOperationException {
		TestInfo info = TestList.getInfo(race);
		SchedulingClass anywhere = new SchedulingClass(AffinityMode.NONE, info.threads(), NodeType.PACKAGE);
		TestConfig config = new TestConfig(OPTIONS, info, 0, List.of(), CompileMode.UNIFIED, anywhere);
		Runner<?> runner = (Runner<?>) Class.forName(info.generatedRunner())
			.getConstructor(ForkedTestConfig.class)
			.newInstance(new ForkedTestConfig(config));
		TestResult result = runner.run();
		result.setConfig(config);
		return result;
	}

	private static String describe(String race, TestResult result) {
		return race.substring(race.lastIndexOf('.') + 1) + result.getStateKeys()
			.stream()
			.sorted()
			.map((state) -> ", (%s) %,d times".formatted(state, result.getCount(state)))
			.collect(Collectors.joining());
	}

}
