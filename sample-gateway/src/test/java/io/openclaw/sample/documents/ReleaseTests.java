package io.openclaw.sample.documents;

import java.nio.file.Path;

import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What Maven Central wants of the POMs. {@code docs/release/dry-run.sh} tries the rest.
 */
class ReleaseTests {

	private static final String PLUGINS = "/project/profiles/profile[id='release']/build/plugins/plugin";

	private final Document parent = parse("../pom.xml");

	private final XPath xpath = XPathFactory.newInstance().newXPath();

	@ParameterizedTest
	@ValueSource(strings = { "name", "description", "url", "licenses/license/name", "licenses/license/url",
			"developers/developer/name", "scm/url", "scm/connection", "scm/developerConnection" })
	void itIsSaidWhatItIsAndWhereItComesFrom(String element) {
		assertThat(text(this.parent, "/project/" + element)).isNotBlank();
	}

	@Test
	void archivesHaveATimeThatIsGiven() {
		assertThat(text(this.parent, "/project/properties/project.build.outputTimestamp")).endsWith("Z");
	}

	@ParameterizedTest
	@ValueSource(strings = { "maven-gpg-plugin", "cyclonedx-maven-plugin", "central-publishing-maven-plugin" })
	void aReleaseIsSignedHasAnSbomAndGoesToThePortal(String plugin) {
		assertThat(text(this.parent, PLUGINS + "[artifactId='" + plugin + "']/artifactId")).isEqualTo(plugin);
	}

	@ParameterizedTest
	@ValueSource(strings = { "../autoconfigure/pom.xml", "../starter/pom.xml" })
	void publishedModulesSayWhatTheyAreAndHaveJavadoc(String file) {
		Document module = parse(file);
		assertThat(text(module, "/project/name")).isNotBlank();
		assertThat(text(module, "/project/description")).isNotBlank();
		assertThat(text(module, "//plugin[artifactId='maven-javadoc-plugin' or .//classifier='javadoc']/artifactId"))
			.isNotBlank();
	}

	@Test
	void theSampleIsNotPublished() {
		Document sample = parse("pom.xml");
		assertThat(text(sample, "/project/properties/gpg.skip")).isEqualTo("true");
		assertThat(text(sample, "/project/properties/maven.deploy.skip")).isEqualTo("true");
		assertThat(text(this.parent, PLUGINS + "//excludeArtifact")).isEqualTo(text(sample, "/project/artifactId"));
	}

	private String text(Document document, String path) {
		try {
			return this.xpath.evaluate(path, document);
		}
		catch (XPathExpressionException ex) {
			throw new AssertionError(ex);
		}
	}

	private static Document parse(String file) {
		try {
			return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(Path.of(file).toFile());
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
	}

}
