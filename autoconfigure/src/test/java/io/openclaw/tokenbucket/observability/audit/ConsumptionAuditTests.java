package io.openclaw.tokenbucket.observability.audit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.decision.Charge;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.observability.Limiters;
import io.openclaw.tokenbucket.observability.Rejections;
import io.openclaw.tokenbucket.observability.endpoint.KeyLookup;
import io.openclaw.tokenbucket.observability.endpoint.TokenBucketsEndpoint;
import io.openclaw.tokenbucket.resilience.DriftSource;

import static org.assertj.core.api.Assertions.assertThat;

class ConsumptionAuditTests {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private static final Instant NOON = Instant.parse("2026-11-29T12:00:00Z");

	@TempDir
	private Path directory;

	private final AtomicLong now = new AtomicLong();

	private final BucketStore store = Limiters.store(this.now::get);

	private final TokenBucketLimiter limiter = Limiters.limiter(this.store, this.now::get, null);

	@Test
	void writesOneLineForEachConsumption() throws IOException {
		try (JsonLines lines = lines(1_000_000, 10)) {
			this.store.reportSpendingTo(new ConsumptionAudit(lines, InstantSource.fixed(NOON)));
			Limiters.consume(this.limiter, "rating", "alice", 11);
			this.limiter.tryConsume("search", "bob", 3);
			new LimitControl(this.store, this.now::get).giveBack("search", "bob", MicroTokens.ofTokens(2));
		}
		List<String> written = Files.readAllLines(file());
		assertThat(written).hasSize(12);
		assertThat(written.get(0)).isEqualTo(
				"{\"number\":1,\"at\":\"2026-11-29T12:00:00Z\",\"member\":\"edge-a#3\",\"birth\":1,\"limit\":\"rating\",\"key\":\"alice\",\"tokens\":1.000000}");
		assertThat(written.get(11)).contains("\"number\":12", "\"key\":\"bob\"", "\"tokens\":-2.000000");
	}

	@Test
	void aSettlementIsAReturnOrOneMoreConsumption() throws IOException {
		try (JsonLines lines = lines(1_000_000, 10)) {
			this.store.reportSpendingTo(new ConsumptionAudit(lines, InstantSource.fixed(NOON)));
			settle(4);
			settle(13);
			settle(10);
		}
		assertThat(Files.readAllLines(file()).stream().map((line) -> JSON.readTree(line).get("tokens").asInt()))
			.containsExactly(10, -6, 10, 3, 10);
	}

	private void settle(long used) {
		Decision decision = this.limiter.tryConsume(List.of(Charge.inAdvance("search", "bob", 10, 5)))
			.decisions()
			.get(0);
		Objects.requireNonNull(decision.settlement()).settle(used);
	}

	@Test
	void aQueueThatIsFullDropsAndCounts() throws IOException {
		JsonLines lines = lines(1_000_000, 10, 0);
		lines.add("dropped");
		lines.close();
		assertThat(lines.dropped()).isEqualTo(1);
		assertThat(lines.written()).isZero();
		assertThat(file()).doesNotExist();
	}

	@Test
	void filesAreRotatedAndTheOldestIsDeleted() throws IOException {
		try (JsonLines lines = lines(20, 3)) {
			for (int i = 1; i <= 9; i++) {
				lines.add("line-" + i);
			}
		}
		assertThat(Files.readString(file())).isEqualTo("\"line-9\"\n");
		assertThat(Files.readString(file(1))).isEqualTo("\"line-7\"\n\"line-8\"\n");
		assertThat(Files.readString(file(2))).isEqualTo("\"line-5\"\n\"line-6\"\n");
		assertThat(file(3)).doesNotExist();
	}

	@Test
	void aFileThatIsThereIsGoneOnWith() throws IOException {
		for (String line : List.of("first", "second")) {
			try (JsonLines lines = lines(1_000_000, 10)) {
				lines.add(line);
			}
		}
		assertThat(Files.readString(file())).isEqualTo("\"first\"\n\"second\"\n");
	}

	@Test
	void theCommandFindsNothingInWhatIsWholeAndAgreesWithTheBucket() throws Exception {
		audit(20);
		String found = check(0, file(), bucket());
		assertThat(found).contains("edge-a#3: 20 consumptions, 0 double, 0 missing",
				"search/alice: agrees with the files");
	}

	@Test
	void theCommandFindsDoubleCountsAndGaps() throws Exception {
		audit(20);
		List<String> written = Files.readAllLines(file());
		Files.write(file(1), List.of(written.get(4)));
		Files.write(file(), Stream.concat(written.subList(0, 8).stream(), written.subList(11, 20).stream()).toList());
		String found = check(1, file(), bucket());
		assertThat(found).contains("1 double, 3 missing", "double: 5", "missing: 9-11",
				"birth 1: the bucket counts 20, the files 17");
	}

	private void audit(int consumptions) {
		try (JsonLines lines = lines(1_000_000, 10)) {
			this.store.reportSpendingTo(new ConsumptionAudit(lines, InstantSource.system()));
			Limiters.consume(this.limiter, "search", "alice", consumptions);
		}
	}

	private Path bucket() throws IOException {
		TokenBucketsEndpoint endpoint = new TokenBucketsEndpoint(this.limiter, KeyLookup.AS_SENT, DriftSource.NONE,
				new Rejections(InstantSource.system()));
		Path answer = this.directory.resolve("bucket.json");
		Files.writeString(answer, JSON.writeValueAsString(endpoint.bucket("search", "alice")));
		return answer;
	}

	private String check(int status, Path file, Path bucket) throws Exception {
		List<String> command = new ArrayList<>(
				List.of("python3", Path.of("../docs/observability/audit.py").toString(), file.toString()));
		if (Files.exists(file(1))) {
			command.add(file(1).toString());
		}
		command.addAll(List.of("--bucket", bucket.toString()));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
		assertThat(process.exitValue()).as(output).isEqualTo(status);
		return output;
	}

	private JsonLines lines(long maxBytes, int maxFiles) {
		return lines(maxBytes, maxFiles, 1000);
	}

	private JsonLines lines(long maxBytes, int maxFiles, int queueCapacity) {
		return new JsonLines(file(), maxBytes, maxFiles, queueCapacity, JSON::writeValueAsBytes);
	}

	private Path file() {
		return this.directory.resolve("audit.jsonl");
	}

	private Path file(int number) {
		return this.directory.resolve("audit.jsonl." + number);
	}

}
