package io.openclaw.sample.documents;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.assertj.core.api.ListAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.openclaw.sample.process.Script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * The workflows of GitHub Actions: their form, what they refer to, their shell, and that
 * what they run is there.
 */
class WorkflowsTests {

	private static final Path WORKFLOWS = Path.of("../.github/workflows");

	private static final Set<String> TOP = Set.of("name", "on", "permissions", "concurrency", "env", "jobs");

	private static final Set<String> JOB = Set.of("name", "runs-on", "timeout-minutes", "strategy", "steps",
			"environment", "needs", "if", "env", "permissions");

	private static final Set<String> STEP = Set.of("name", "id", "if", "uses", "with", "run", "env");

	private static final Set<String> CONTEXTS = Set.of("github", "matrix", "secrets", "inputs");

	private static final Pattern EXPRESSION = Pattern.compile("\\$\\{\\{\\s*(.*?)\\s*}}");

	private static final Pattern REFERENCE = Pattern.compile("\\b([a-z]+)\\.([a-zA-Z_]+)");

	private static final Pattern TESTS = Pattern.compile("-D(?:it\\.)?test='?([\\w*,#]+)");

	@TempDir
	Path directory;

	static List<Path> workflows() throws IOException {
		try (Stream<Path> files = Files.list(WORKFLOWS)) {
			return files.sorted().toList();
		}
	}

	@ParameterizedTest
	@MethodSource("workflows")
	void keysAreKnownAndRightsAreGivenSparingly(Path file) {
		JsonNode workflow = read(file);
		assertThat(names(workflow)).isSubsetOf(TOP).contains("name", "on", "permissions", "jobs");
		assertThat(workflow.at("/permissions").toString()).isEqualTo("{\"contents\":\"read\"}");
		workflow.at("/jobs").propertyStream().forEach((job) -> {
			assertThat(names(job.getValue())).as(job.getKey())
				.isSubsetOf(JOB)
				.contains("runs-on", "timeout-minutes", "steps");
		});
		steps(workflow).isNotEmpty().allSatisfy((step) -> {
			assertThat(names(step)).isSubsetOf(STEP);
			assertThat(step.has("uses")).as(step.toString()).isNotEqualTo(step.has("run"));
			if (step.has("uses")) {
				assertThat(step.at("/uses").asString()).matches("[\\w-]+/[\\w-]+@v\\d+");
			}
		});
	}

	@ParameterizedTest
	@MethodSource("workflows")
	void expressionsReferToWhatThereIs(Path file) throws IOException {
		JsonNode workflow = read(file);
		String text = Files.readString(file);
		assertThat(text.split("\\$\\{\\{", -1)).hasSameSizeAs(text.split("}}", -1));
		Matcher expression = EXPRESSION.matcher(text);
		while (expression.find()) {
			Matcher reference = REFERENCE.matcher(expression.group(1));
			while (reference.find()) {
				assertThat(reference.group(1)).as(expression.group()).isIn(CONTEXTS);
				if (reference.group(1).equals("matrix")) {
					assertThat(workflow.at("/jobs").toString()).contains("\"" + reference.group(2) + "\":");
				}
				if (reference.group(1).equals("inputs")) {
					assertThat(workflow.at("/on/workflow_dispatch/inputs").has(reference.group(2))).isTrue();
				}
			}
		}
	}

	@ParameterizedTest
	@MethodSource("workflows")
	void nothingThatOthersWriteBecomesShellAndNoPullRequestSeesASecret(Path file) {
		JsonNode workflow = read(file);
		steps(workflow).filteredOn((step) -> step.has("run"))
			.allSatisfy((step) -> assertThat(step.at("/run").asString()).as("by way of env").doesNotContain("${{"));
		if (workflow.at("/on").toString().contains("pull_request")) {
			assertThat(workflow.toString()).doesNotContain("secrets.", "pull_request_target");
		}
	}

	@ParameterizedTest
	@MethodSource("workflows")
	void theShellIsShell(Path file) throws IOException {
		assumeThat(isInstalled("bash")).as("bash is installed").isTrue();
		for (JsonNode step : stepsOf(read(file))) {
			if (step.has("run")) {
				Path script = Files.writeString(this.directory.resolve("step.sh"), step.at("/run").asString());
				Script parsed = Script.run(this.directory, Map.of(), List.of("bash", "-n", script.toString()));
				assertThat(parsed.status()).as(parsed.output()).isZero();
			}
		}
	}

	@ParameterizedTest
	@MethodSource("workflows")
	void testsAndFilesThatAreNamedAreThere(Path file) throws IOException {
		Set<String> classes = testClasses();
		for (JsonNode step : stepsOf(read(file))) {
			String options = step.at("/run").asString("") + " " + file;
			Matcher named = TESTS.matcher(options);
			while (named.find()) {
				for (String test : named.group(1).replaceAll("#.*", "").split(",")) {
					Pattern pattern = Pattern.compile(test.replace("*", ".*"));
					assertThat(classes).as(test)
						.anyMatch((type) -> test.equals("None") || pattern.matcher(type).matches());
				}
			}
			Matcher path = Pattern.compile("(?:bash |^)((?:docs|\\.ci)/[\\w./-]+)").matcher(options);
			while (path.find()) {
				assertThat(Path.of("..", path.group(1))).isExecutable();
			}
		}
	}

	@Test
	void whatTheBuildRunsIsWhatAnybodyRuns() {
		assertThat(read(WORKFLOWS.resolve("build.yml")).toString()).contains("bash .ci/run", "[17,21,25]");
	}

	private static Set<String> testClasses() throws IOException {
		try (Stream<Path> own = Files.walk(Path.of("src/test/java"));
				Stream<Path> others = Files.walk(Path.of("../autoconfigure/src/test/java"))) {
			return Stream.concat(own, others)
				.map((path) -> path.getFileName().toString())
				.filter((name) -> name.endsWith(".java"))
				.map((name) -> name.replace(".java", ""))
				.collect(Collectors.toSet());
		}
	}

	private static ListAssert<JsonNode> steps(JsonNode workflow) {
		return assertThat(stepsOf(workflow));
	}

	private static List<JsonNode> stepsOf(JsonNode workflow) {
		List<JsonNode> steps = new ArrayList<>();
		workflow.at("/jobs").valueStream().forEach((job) -> job.at("/steps").forEach(steps::add));
		return steps;
	}

	private static List<String> names(JsonNode node) {
		return node.propertyStream().map(Map.Entry::getKey).toList();
	}

	/** To YAML 1.1, "on" is a truth value. */
	private static JsonNode read(Path file) {
		LoaderOptions options = new LoaderOptions();
		options.setAllowDuplicateKeys(false);
		try {
			String quoted = Files.readString(file).replaceFirst("(?m)^on:", "\"on\":");
			return JsonMapper.shared().valueToTree(new Yaml(new SafeConstructor(options)).load(quoted));
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

	private static boolean isInstalled(String command) {
		return Stream.of(System.getenv("PATH").split(File.pathSeparator))
			.anyMatch((directory) -> Files.isExecutable(Path.of(directory, command)));
	}

}
