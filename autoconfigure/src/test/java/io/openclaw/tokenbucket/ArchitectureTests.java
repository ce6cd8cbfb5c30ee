package io.openclaw.tokenbucket;

import java.time.Clock;
import java.util.Collection;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.MethodCallTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.jspecify.annotations.NullMarked;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/**
 * The rules of the house.
 */
@AnalyzeClasses(packages = ArchitectureTests.BASE, importOptions = ArchitectureTests.NoTests.class)
class ArchitectureTests {

	static final String BASE = "io.openclaw.tokenbucket";

	private static final String AUTOCONFIGURE = BASE + ".autoconfigure..";

	@ArchTest
	static final ArchRule everyClassIsInARoom = classes().should()
		.resideInAnyPackage(BASE + ".crdt..", BASE + ".limiter..", BASE + ".replication..", BASE + ".persistence..",
				BASE + ".redis..", BASE + ".resilience..", BASE + ".gateway..", BASE + ".observability..",
				BASE + ".console..", BASE + ".test..", AUTOCONFIGURE);

	@ArchTest
	static final ArchRule everyPackageIsNullMarked = classes()
		.should(new ArchCondition<>("be in a @NullMarked package") {

			@Override
			public void check(JavaClass type, ConditionEvents events) {
				boolean marked = type.getPackage().isAnnotatedWith(NullMarked.class);
				events.add(new SimpleConditionEvent(type, marked,
						type.getPackageName() + " has " + (marked ? "a" : "no") + " package-info with @NullMarked"));
			}

		});

	@ArchTest
	static final ArchRule packagesAreNamedByWhatTheyAreFor = noClasses().should()
		.resideInAnyPackage("..util..", "..utils..", "..common..", "..helper..", "..helpers..", "..impl..");

	@ArchTest
	static final ArchRule roomsFormNoCycle = slices().matching(BASE + ".(*)..").should().beFreeOfCycles();

	@ArchTest
	static final ArchRule packagesFormNoCycle = slices().matching(BASE + ".(**)").should().beFreeOfCycles();

	@ArchTest
	static final ArchRule filesOfTheLimiterFormNoCycle = slices().assignedFrom(new SliceAssignment() {

		@Override
		public SliceIdentifier getIdentifierOf(JavaClass type) {
			return type.getPackageName().startsWith(BASE + ".limiter")
					? SliceIdentifier.of(type.getName().replaceFirst("\\$.*", "")) : SliceIdentifier.ignore();
		}

		@Override
		public String getDescription() {
			return "files of the limiter";
		}

	}).should().beFreeOfCycles();

	@ArchTest
	static final ArchTests roomsSeeOnlyRoomsBelow = ArchTests.in(Arrows.class);

	@ArchTest
	static final ArchTests technologiesStayInTheirRooms = ArchTests.in(Technologies.class);

	@ArchTest
	static final ArchRule nothingBlocks = noClasses().should()
		.callMethodWhere(call("block, blockFirst, blockLast, blockOptional, toIterable or toStream of Reactor",
				owner(resideInAnyPackage("reactor.core.."))
					.and(nameMatching("block|blockFirst|blockLast|blockOptional|toIterable|toStream"))))
		.orShould()
		.callMethod(Thread.class, "sleep", long.class);

	@ArchTest
	static final ArchRule staticFieldsAreFinal = fields().that().areStatic().should().beFinal();

	@ArchTest
	static final ArchRule staticFieldsHoldNothingMutable = classes()
		.should(new ArchCondition<>("hold nothing mutable in static fields") {

			@Override
			public void check(JavaClass type, ConditionEvents events) {
				type.getStaticInitializer()
					.stream()
					.flatMap((initializer) -> initializer.getConstructorCallsFromSelf().stream())
					.filter((created) -> MUTABLE.test(created.getTargetOwner()))
					.forEach((created) -> events.add(SimpleConditionEvent.violated(type, created.getDescription())));
			}

		});

	private static final DescribedPredicate<JavaClass> MUTABLE = assignableTo(Collection.class)
		.or(assignableTo(Map.class))
		.or(assignableTo(ThreadLocal.class))
		.or(assignableTo(StringBuilder.class))
		.or(assignableTo(Random.class))
		.or(resideInAnyPackage("java.util.concurrent.."));

	@ArchTest
	static final ArchRule propertiesAreSeenOnlyByTheWiring = noClasses().that()
		.resideOutsideOfPackage(AUTOCONFIGURE)
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage("org.springframework.boot.context.properties..")
		.orShould()
		.haveSimpleNameEndingWith("Properties");

	@ArchTest
	static final ArchRule replicatedValuesReadNoClockAndNoRandom = noClasses().that()
		.resideInAPackage(BASE + ".crdt..")
		.should()
		.dependOnClassesThat(assignableTo(Random.class).or(assignableTo(ThreadLocalRandom.class))
			.or(assignableTo(UUID.class))
			.or(assignableTo(Clock.class))
			.or(resideInAnyPackage("java.util.random..")))
		.orShould()
		.callMethodWhere(call("the time or a random number",
				owner(assignableTo(System.class)).and(nameMatching("nanoTime|currentTimeMillis"))
					.or(owner(resideInAnyPackage("java.time..")).and(nameMatching("now")))
					.or(owner(assignableTo(Math.class)).and(nameMatching("random")))));

	private static DescribedPredicate<JavaMethodCall> call(String description,
			DescribedPredicate<? super MethodCallTarget> target) {
		return DescribedPredicate.describe(description, (call) -> target.test(call.getTarget()));
	}

	/**
	 * Leaves out what lies beside this class, wherever the build puts tests.
	 */
	static class NoTests implements ImportOption {

		private final String tests = ArchitectureTests.class.getProtectionDomain()
			.getCodeSource()
			.getLocation()
			.getPath();

		@Override
		public boolean includes(Location location) {
			return !location.contains(this.tests);
		}

	}

	/**
	 * Which room may import which. Nobody imports the wiring.
	 */
	static class Arrows {

		@ArchTest
		static final ArchRule crdt = room("crdt");

		@ArchTest
		static final ArchRule limiter = room("limiter", "crdt");

		@ArchTest
		static final ArchRule replication = room("replication", "limiter", "crdt");

		@ArchTest
		static final ArchRule persistence = room("persistence", "replication", "limiter", "crdt");

		@ArchTest
		static final ArchRule redis = room("redis", "persistence", "replication", "limiter", "crdt");

		@ArchTest
		static final ArchRule resilience = room("resilience", "replication", "limiter", "crdt");

		@ArchTest
		static final ArchRule gateway = room("gateway", "resilience", "limiter", "crdt");

		@ArchTest
		static final ArchRule observability = room("observability", "resilience", "persistence", "replication",
				"limiter", "crdt");

		@ArchTest
		static final ArchRule adaptive = floor("limiter.adaptive", "store", "bucket", "limit");

		@ArchTest
		static final ArchRule store = floor("limiter.store", "bucket", "rule", "membership", "port", "decision",
				"limit");

		@ArchTest
		static final ArchRule bucket = floor("limiter.bucket", "rule", "membership", "port", "decision", "limit");

		@ArchTest
		static final ArchRule rule = floor("limiter.rule", "membership", "decision", "limit");

		@ArchTest
		static final ArchRule limiterMembership = floor("limiter.membership");

		@ArchTest
		static final ArchRule limiterPort = floor("limiter.port", "limit");

		@ArchTest
		static final ArchRule decision = floor("limiter.decision", "limit");

		@ArchTest
		static final ArchRule limit = floor("limiter.limit");

		// The API is the package of the room itself, what a request is told, the limits
		// with their registry and changes, the view of the members, and the port.
		@ArchTest
		static final ArchRule floorsOfTheLimiterAreSeenInsideItOnly = noClasses().that()
			.resideOutsideOfPackage(BASE + ".limiter..")
			.should()
			.dependOnClassesThat(
					resideInAnyPackage(BASE + ".limiter.store..", BASE + ".limiter.bucket..", BASE + ".limiter.rule..")
						.and(not(simpleName("LimitRegistry")))
						.and(not(simpleName("LimitChanges")))
						.or(simpleName("CurrentMembership")));

		@ArchTest
		static final ArchRule gossip = floor("replication.gossip", "membership", "delivery", "wire", "port");

		@ArchTest
		static final ArchRule membership = floor("replication.membership", "delivery", "wire", "port");

		@ArchTest
		static final ArchRule delivery = floor("replication.delivery", "wire", "port");

		@ArchTest
		static final ArchRule wire = floor("replication.wire", "port");

		@ArchTest
		static final ArchRule port = floor("replication.port");

		@ArchTest
		static final ArchRule floorsOfReplicationAreSeenInsideItOnly = noClasses().that()
			.resideOutsideOfPackage(BASE + ".replication..")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage(BASE + ".replication.gossip..", BASE + ".replication.membership..",
					BASE + ".replication.delivery..", BASE + ".replication.wire..");

		@ArchTest
		static final ArchRule persistenceDoesNotSeeTheReplicator = noClasses().that()
			.resideInAPackage(BASE + ".persistence..")
			.should()
			.dependOnClassesThat()
			.haveFullyQualifiedName(BASE + ".replication.Replicator");

		// Of its own room a floor sees those below it only.
		private static ArchRule floor(String name, String... below) {
			String room = BASE + "." + name.substring(0, name.indexOf('.'));
			String[] seen = new String[below.length + 1];
			for (int i = 0; i < below.length; i++) {
				seen[i] = room + "." + below[i];
			}
			seen[below.length] = BASE + "." + name;
			return classes().that()
				.resideInAPackage(BASE + "." + name)
				.should()
				.onlyDependOnClassesThat(resideOutsideOfPackage(room + "..").or(resideInAnyPackage(seen)));
		}

		@ArchTest
		static final ArchRule console = room("console", "observability", "limiter", "crdt");

		@ArchTest
		static final ArchRule test = room("test", "observability", "replication", "limiter", "crdt");

		private static ArchRule room(String name, String... below) {
			String[] seen = new String[below.length + 1];
			for (int i = 0; i < below.length; i++) {
				seen[i] = BASE + "." + below[i] + "..";
			}
			seen[below.length] = BASE + "." + name + "..";
			return classes().that()
				.resideInAPackage(BASE + "." + name + "..")
				.should()
				.onlyDependOnClassesThat(resideOutsideOfPackage(BASE + "..").or(resideInAnyPackage(seen)))
				.allowEmptyShould(true);
		}

	}

	/**
	 * Where which library may be used, the wiring apart.
	 */
	static class Technologies {

		private static final String SPRING = "org.springframework..";

		@ArchTest
		static final ArchRule crdtIsPlainJava = classes().that()
			.resideInAPackage(BASE + ".crdt..")
			.should()
			.onlyDependOnClassesThat()
			.resideInAnyPackage("java..", "org.jspecify..", BASE + ".crdt..");

		@ArchTest
		static final ArchRule coreKnowsNoFramework = noClasses().that()
			.resideInAnyPackage(BASE + ".crdt..", BASE + ".limiter..", BASE + ".replication..", BASE + ".persistence..")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage(SPRING, "reactor..", "io.lettuce..", "io.netty..", "io.github.resilience4j..",
					"io.micrometer..", "tools.jackson..", "com.fasterxml..", "org.reactivestreams..");

		@ArchTest
		static final ArchRule redis = only("redis", "io.lettuce..", "org.springframework.data..",
				"org.springframework.boot.data.redis..");

		@ArchTest
		static final ArchRule resilience4j = only("resilience", "io.github.resilience4j..");

		@ArchTest
		static final ArchRule gateway = only("gateway", "org.springframework.cloud.gateway..");

		@ArchTest
		static final ArchRule webFlux = noClasses().that()
			.resideOutsideOfPackages(BASE + ".gateway..", BASE + ".console..", BASE + ".observability.endpoint.web..",
					BASE + ".test..", AUTOCONFIGURE)
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("org.springframework.web..", "org.springframework.http..",
					"org.springframework.boot.webflux..");

		@ArchTest
		static final ArchRule actuator = only("observability", "org.springframework.boot.actuate..",
				"org.springframework.boot.health..", "org.springframework.boot.micrometer..");

		@ArchTest
		static final ArchRule micrometer = noClasses().that()
			.resideOutsideOfPackages(BASE + ".observability..", BASE + ".gateway.observation..", AUTOCONFIGURE)
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("io.micrometer..");

		@ArchTest
		static final ArchRule testing = only("test", "org.springframework.test..", "org.springframework.boot.test..",
				"org.assertj..");

		private static ArchRule only(String room, String... libraries) {
			return noClasses().that()
				.resideOutsideOfPackages(BASE + "." + room + "..", AUTOCONFIGURE)
				.should()
				.dependOnClassesThat()
				.resideInAnyPackage(libraries);
		}

	}

}
