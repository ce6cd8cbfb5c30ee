package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.replication.TestFleet.TestMember;
import io.openclaw.tokenbucket.replication.port.MessageSigning;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What deployments make of limits. The limit begins with a capacity of 100 everywhere,
 * without a revision.
 */
class DeploymentTests {

	private static final String API = "api";

	private final TestFleet fleet = new TestFleet();

	private final List<TestMember> pods = new ArrayList<>();

	private int started;

	@Test
	void aRollingDeploymentChangesTheLimitOnceItsLastGatewayIsReplaced() {
		startThree();
		replace(0, 300);
		replace(1, 300);
		assertThat(capacities()).containsOnly(100L);
		replace(2, 300);
		assertThat(capacities()).containsOnly(300L);
	}

	@Test
	void anUndoneDeploymentChangesTheLimitBack() {
		startThree();
		replaceAll(300);
		replaceAll(100);
		assertThat(capacities()).containsOnly(100L);
		replaceAll(300);
		assertThat(capacities()).containsOnly(300L);
	}

	@Test
	void aDeploymentThatIsUndoneMidwayChangesNothing() {
		startThree();
		replace(0, 300);
		replace(1, 300);
		replace(1, 100);
		replace(0, 100);
		assertThat(capacities()).containsOnly(100L);
		assertThat(this.pods).allSatisfy((pod) -> assertThat(definition(pod).version()).isEqualTo("0.0"));
	}

	@Test
	void aConfigurationThatIsRefreshedHoldsOnceAllHaveIt() {
		startThree();
		configure(this.pods.get(0), 300, 0);
		configure(this.pods.get(2), 300, 0);
		settle();
		assertThat(capacities()).containsOnly(100L);
		configure(this.pods.get(1), 300, 0);
		this.fleet.awaitAtMost(Spender.SYNC_INTERVAL.multipliedBy(3),
				() -> Set.copyOf(capacities()).equals(Set.of(300L)));
		settle();
		assertThat(this.pods)
			.allSatisfy((pod) -> assertThat(control(pod).source(API)).contains(LimitSource.CONFIGURATION));
	}

	@Test
	void aHigherRevisionHoldsAtOnceAndIsChangedBackWithoutOne() {
		startThree();
		add(start(300, 1));
		settle();
		assertThat(capacities()).containsOnly(300L);
		remove(3);
		assertThat(capacities()).containsOnly(100L);
		add(start(300, 2));
		for (int i = 0; i < 3; i++) {
			replace(i, 300);
			assertThat(capacities()).containsOnly(300L);
		}
		this.pods.forEach((pod) -> configure(pod, 100, 0));
		settle();
		assertThat(capacities()).containsOnly(100L);
	}

	@Test
	void aJoinerWithAnOldFileFollowsTheFleet() {
		startThree();
		replaceAll(300);
		add(start(100, 0));
		settle();
		assertThat(capacities()).containsOnly(300L);
		remove(3);
		assertThat(capacities()).containsOnly(300L);
	}

	@Test
	void aChangeAtRunTimeOutlivesRestartsWithTheConfigurationThatItWasMadeOn() {
		startThree();
		edit(this.pods.get(1), 50);
		replaceAll(100);
		assertThat(capacities()).containsOnly(50L);
	}

	@Test
	void aChangeAtRunTimeEndsWithAnotherConfigurationForGood() {
		startThree();
		edit(this.pods.get(1), 50);
		replaceAll(300);
		assertThat(capacities()).containsOnly(300L);
		replaceAll(100);
		assertThat(capacities()).containsOnly(100L);
	}

	@Test
	void aChangeDuringADeploymentEndsWithIt() {
		startThree();
		replace(0, 300);
		edit(this.pods.get(0), 50);
		settle();
		assertThat(capacities()).containsOnly(50L);
		replace(1, 300);
		assertThat(capacities()).containsOnly(50L);
		replace(2, 300);
		assertThat(capacities()).containsOnly(300L);
	}

	@Test
	void aChangeAtRunTimeIsEndedAtOnceByWhoWantsTheConfiguration() {
		startThree();
		edit(this.pods.get(1), 50);
		settle();
		control(this.pods.get(2)).followConfiguration(API);
		settle();
		assertThat(capacities()).containsOnly(100L);
		assertThat(control(this.pods.get(2)).followConfiguration(API)).isEmpty();
	}

	@Test
	void nothingIsDecidedWhileAGatewayIsNotHeard() {
		startThree();
		MemberId lost = this.pods.get(2).id();
		this.fleet.wire().isolate(lost::equals);
		this.fleet.advanceSeconds(5);
		configure(this.pods.get(0), 300, 0);
		configure(this.pods.get(1), 300, 0);
		configure(this.pods.get(2), 300, 0);
		this.fleet.advanceSeconds(5);
		assertThat(capacities()).containsOnly(100L);
		this.fleet.wire().loseNothing();
		settle();
		assertThat(capacities()).containsOnly(300L);
	}

	@Test
	void aGatewayThatReturnsFromAPartitionWithTheOldConfigurationFollowsTheFleet() {
		startThree();
		TestMember lost = this.pods.get(2);
		this.fleet.wire().isolate(lost.id()::equals);
		this.fleet.wire().takeServerFrom(lost.id());
		configure(this.pods.get(0), 300, 0);
		configure(this.pods.get(1), 300, 0);
		this.fleet.advanceSeconds(60);
		assertThat(capacity(this.pods.get(0))).isEqualTo(300);
		assertThat(capacity(lost)).isEqualTo(100);
		this.fleet.wire().returnServers();
		this.fleet.wire().loseNothing();
		this.fleet.advanceSeconds(10);
		assertThat(capacities()).containsOnly(300L);
	}

	/**
	 * Whatever happened: all come to follow one definition, and it comes from the
	 * configuration if all have the same.
	 */
	@ParameterizedTest
	@MethodSource("seeds")
	void allEndWithOneDefinition(long seed) {
		Random random = new Random(seed);
		startThree();
		long[] capacities = { 100, 200, 300 };
		for (int step = 0; step < 25; step++) {
			TestMember pod = this.pods.get(random.nextInt(this.pods.size()));
			long capacity = capacities[random.nextInt(capacities.length)];
			switch (random.nextInt(8)) {
				case 0, 1, 2 -> configure(pod, capacity, 0);
				case 3 -> configure(pod, capacity, random.nextInt(3));
				case 4 -> control(pod).edit(API, (current) -> withCapacity(current, 40 + random.nextInt(20)),
						LimitSource.ENDPOINT);
				case 5 -> control(pod).followConfiguration(API);
				case 6 -> {
					if (random.nextBoolean()) {
						this.fleet.wire().isolate(pod.id()::equals);
					}
					else {
						this.fleet.wire().loseNothing();
					}
				}
				default -> {
					if (this.pods.size() < 5) {
						add(start(capacity, 0));
					}
					else {
						this.pods.remove(pod);
						pod.kill();
					}
				}
			}
			this.fleet.advance(Duration.ofMillis(random.nextInt(2000)));
		}
		this.fleet.wire().loseNothing();
		this.fleet.advanceSeconds(60);
		assertThat(this.pods.stream().map(DeploymentTests::definition)).as("seed %d", seed)
			.allMatch(definition(this.pods.get(0))::equals);
		this.pods.forEach((pod) -> configure(pod, 700, 0));
		this.fleet.advanceSeconds(3);
		assertThat(capacities()).as("seed %d", seed).containsOnly(700L);
	}

	static LongStream seeds() {
		return LongStream.rangeClosed(1, Integer.getInteger("deployments.seeds", 15));
	}

	private void startThree() {
		for (int i = 0; i < 3; i++) {
			this.pods.add(start(100, 0));
		}
		settle();
	}

	private void settle() {
		this.fleet.advanceSeconds(3);
	}

	// As Kubernetes does: the new one comes before the old one goes.
	private void replace(int place, long capacity) {
		TestMember old = this.pods.get(place);
		this.pods.set(place, start(capacity, 0));
		settle();
		old.replicator().leave();
		settle();
	}

	private void replaceAll(long capacity) {
		for (int i = 0; i < this.pods.size(); i++) {
			replace(i, capacity);
		}
	}

	private void add(TestMember pod) {
		this.pods.add(pod);
	}

	private void remove(int place) {
		this.pods.remove(place).replicator().leave();
		settle();
	}

	private TestMember start(long capacity, long revision) {
		TestMember pod = this.fleet.create(new MemberId("pod-" + this.started++, 1), UnaryOperator.identity(),
				MessageSigning.NONE);
		configure(pod, capacity, revision);
		pod.replicator().start();
		return pod;
	}

	private void configure(TestMember pod, long capacity, long revision) {
		Limit limit = new Limit(API, MicroTokens.ofTokens(capacity), RefillRate.of(1, Duration.ofSeconds(1)),
				MicroTokens.ofTokens(capacity), revision);
		control(pod).configure(new LimitPolicy(limit, Consistency.BOUNDED, Duration.ofMillis(25)));
	}

	private void edit(TestMember pod, long capacity) {
		control(pod).edit(API, (current) -> withCapacity(current, capacity), LimitSource.ENDPOINT);
	}

	private static LimitDefinition withCapacity(LimitDefinition current, long capacity) {
		Limit limit = current.limit();
		return new LimitDefinition(
				new Limit(limit.name(), MicroTokens.ofTokens(capacity), limit.refillRate(),
						MicroTokens.ofTokens(capacity), limit.revision()),
				current.edit(), current.consistency(), current.mode());
	}

	private LimitControl control(TestMember pod) {
		return new LimitControl(pod.spender().store(), this.fleet.time());
	}

	private List<Long> capacities() {
		return this.pods.stream().map(DeploymentTests::capacity).toList();
	}

	private static long capacity(TestMember pod) {
		return MicroTokens.toWholeTokens(definition(pod).limit().capacity());
	}

	private static LimitDefinition definition(TestMember pod) {
		return pod.spender().store().limits().definitions().get(API);
	}

}
