package io.openclaw.sample.documents;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.bertramlabs.plugins.hcl4j.HCLParser;
import com.bertramlabs.plugins.hcl4j.HCLParserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.openclaw.sample.process.Script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * The Terraform of {@code docs/multi-region}. Terraform itself knows more: where it is
 * installed, it is asked as well, and {@code terraform test} beside the files tries all
 * of it against the provider's own schema, without a cloud.
 */
class TerraformTests {

	private static final Path ROOT = Path.of("../docs/multi-region/terraform");

	private static final Pattern INTERPOLATED = Pattern.compile("each\\.|var\\.|local\\.|\\$\\{");

	@TempDir
	Path directory;

	static List<Path> files() throws IOException {
		try (Stream<Path> files = Files.walk(ROOT)) {
			return files.filter((file) -> file.toString().endsWith(".tf")).sorted().toList();
		}
	}

	@ParameterizedTest
	@MethodSource("files")
	void everyFileIsRead(Path file) throws Exception {
		assertThat(parse(file)).isNotEmpty();
		assertThat(Files.readString(file).chars().filter((letter) -> letter == '{').count()).as("braces")
			.isEqualTo(Files.readString(file).chars().filter((letter) -> letter == '}').count());
	}

	@Test
	void eachRegionHasAProviderOfItsOwnWhoseAliasIsALiteral() throws Exception {
		List<Map<?, ?>> providers = blocks(parse(ROOT.resolve("main.tf")).get("provider"), "aws");
		assertThat(providers).extracting((provider) -> provider.get("region").toString())
			.containsExactlyInAnyOrder("us-east-1", "eu-west-1", "ap-southeast-1");
		assertThat(providers)
			.allSatisfy((provider) -> assertThat(provider.get("alias").toString()).doesNotContainPattern(INTERPOLATED)
				.isEqualTo(provider.get("region").toString().replace('-', '_')));
	}

	@Test
	void eachRegionIsAModuleAndEachTwoAreLinked() throws Exception {
		Map<?, ?> regions = (Map<?, ?>) parse(ROOT.resolve("main.tf")).get("module");
		assertThat(new TreeSet<>(regions.keySet()).toString()).isEqualTo("[ap_southeast_1, eu_west_1, us_east_1]");
		assertThat(regions.values())
			.allSatisfy((region) -> assertThat(((Map<?, ?>) region).get("source")).hasToString("./region"));
		Map<?, ?> links = (Map<?, ?>) parse(ROOT.resolve("links.tf")).get("module");
		assertThat(new TreeSet<>(links.keySet()).toString())
			.isEqualTo("[eu_west_1_ap_southeast_1, us_east_1_ap_southeast_1, us_east_1_eu_west_1]");
	}

	@Test
	void itIsFormattedAsTerraformDoes() {
		assumeThat(isInstalled("terraform")).as("terraform is installed").isTrue();
		Script formatted = Script.run(this.directory, Map.of(),
				List.of("terraform", "fmt", "-check", "-recursive", ROOT.toAbsolutePath().toString()));
		assertThat(formatted.status()).as(formatted.output()).isZero();
	}

	private static Map<String, Object> parse(Path file) throws IOException, HCLParserException {
		return new HCLParser().parse(file.toFile(), "UTF-8");
	}

	/** Blocks of one label: a map if there is one of it, a list if there are several. */
	private static List<Map<?, ?>> blocks(Object blocks, String label) {
		List<Map<?, ?>> found = new ArrayList<>();
		Object labelled = ((Map<?, ?>) blocks).get(label);
		Collection<?> all = (labelled instanceof Collection<?> several) ? several : List.of(labelled);
		all.forEach((block) -> found.add((Map<?, ?>) block));
		return found;
	}

	private static boolean isInstalled(String command) {
		return Stream.of(System.getenv("PATH").split(File.pathSeparator))
			.anyMatch((directory) -> Files.isExecutable(Path.of(directory, command)));
	}

}
