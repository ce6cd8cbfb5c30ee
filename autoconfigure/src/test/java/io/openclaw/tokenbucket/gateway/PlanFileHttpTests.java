package io.openclaw.tokenbucket.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A file of plans as Kubernetes mounts a ConfigMap: a link to a link, of which the second
 * is replaced.
 */
@TestPropertySource(properties = "spring.config.name=gateway-plan-file")
@ExtendWith(OutputCaptureExtension.class)
class PlanFileHttpTests extends GatewayOverHttp {

	@TempDir
	static Path mount;

	@Autowired
	MeterRegistry meters;

	@DynamicPropertySource
	static void planFile(DynamicPropertyRegistry registry) throws IOException {
		write(partners(0, 1_000));
		Files.createSymbolicLink(mount.resolve("plans.yml"), Path.of("..data", "plans.yml"));
		registry.add("plan-file", () -> mount.resolve("plans.yml").toString());
	}

	@BeforeEach
	void startOver() throws IOException {
		write(partners(0, 1_000));
		await().until(() -> value("openclaw.plan.file.keys") == 1_000 && value("openclaw.plan.file.valid") == 1);
	}

	@Test
	void aThousandPartnersHaveTheirPlan() {
		assertThat(policyOf("partner-0")).startsWith("\"partners.gold\";q=5");
		assertThat(policyOf("0999")).as("no number").startsWith("\"partners.gold\";q=5");
		assertThat(policyOf("stranger")).startsWith("\"partners\";q=2");
	}

	@Test
	void aFileThatIsReplacedIsFollowedThroughItsLinks() throws IOException {
		write("partners:\n  silver: [partner-0]\n");
		await().atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(policyOf("partner-0")).startsWith("\"partners.silver\";q=3"));
		assertThat(policyOf("partner-1")).startsWith("\"partners\";q=2");
	}

	@Test
	void aVersionWithAMistakeIsNotFollowedAndSaidOnce(CapturedOutput output) throws IOException {
		write("partners:\n  platinum: [partner-0]\n");
		await().until(() -> value("openclaw.plan.file.valid") == 0);
		assertThat(policyOf("partner-0")).startsWith("\"partners.gold\";q=5");
		write("partners: [");
		await().until(() -> output.toString().contains("no YAML that can be read"));
		Files.delete(mount.resolve("..data"));
		await().until(() -> output.toString().contains("there is no such file"));
		assertThat(policyOf("partner-1")).startsWith("\"partners.gold\";q=5");
		assertThat(output).containsOnlyOnce("it names the plan 'platinum' of the limit 'partners'");
		write("partners: {}");
		await().until(() -> value("openclaw.plan.file.valid") == 1 && value("openclaw.plan.file.keys") == 0);
	}

	@Test
	void whatTheConfigurationListsComesFirst() throws IOException {
		write("partners: {gold: [configured, other]}");
		await().atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(policyOf("other")).startsWith("\"partners.gold\""));
		assertThat(policyOf("configured")).startsWith("\"partners.silver\"");
	}

	private String policyOf(String partner) {
		return this.client.get()
			.uri("/partners")
			.header("X-Partner", partner)
			.exchange()
			.returnResult(Void.class)
			.getResponseHeaders()
			.getFirst("RateLimit-Policy");
	}

	private double value(String gauge) {
		return this.meters.get(gauge).gauge().value();
	}

	private static String partners(int from, int to) {
		return IntStream.range(from, to)
			.mapToObj((number) -> "    - " + ((number == 999) ? "0999" : "partner-" + number))
			.collect(Collectors.joining("\n", "partners:\n  gold:\n", "\n"));
	}

	// As the kubelet does it.
	private static void write(String content) throws IOException {
		Path version = Files.createDirectory(mount.resolve(".." + UUID.randomUUID()));
		Files.writeString(version.resolve("plans.yml"), content);
		Path link = Files.createSymbolicLink(mount.resolve("..data_tmp"), version.getFileName());
		Files.move(link, mount.resolve("..data"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Gateway {

	}

}
