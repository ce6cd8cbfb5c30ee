package io.openclaw.sample.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A Maven project that finds this build's artifacts in a local repository of its own, as
 * if they had been installed there. What the build has downloaded already is taken from
 * the build's local repository, which stays as it is; anything else comes as Maven is set
 * up.
 */
final class UserProject {

	private static final List<String> MODULES = List.of("autoconfigure", "starter");

	private static final long BUILD_TIMEOUT_MINUTES = 10;

	private final Path directory;

	private final Path repository;

	private UserProject(Path directory) {
		this.directory = directory.resolve("project").toAbsolutePath();
		this.repository = directory.resolve("repository").toAbsolutePath();
	}

	/**
	 * Creates a project without files.
	 * @param directory where to, emptied first but for what was downloaded
	 * @return the project
	 */
	static UserProject create(Path directory) throws IOException {
		UserProject project = new UserProject(directory);
		deleteAll(project.directory);
		deleteAll(project.repository.resolve("io/openclaw"));
		project.installParent();
		for (String module : MODULES) {
			project.install(module);
		}
		project.write("settings.xml", project.settings());
		return project;
	}

	private static void deleteAll(Path directory) throws IOException {
		if (Files.exists(directory)) {
			try (Stream<Path> files = Files.walk(directory)) {
				files.sorted(Comparator.reverseOrder()).forEach((file) -> file.toFile().delete());
			}
		}
	}

	private void installParent() throws IOException {
		copy(Path.of("../pom.xml"), "openclaw-token-bucket", ".pom");
	}

	private void install(String module) throws IOException {
		String artifact = "openclaw-token-bucket-spring-boot-" + module;
		copy(Path.of("..", module, "pom.xml"), artifact, ".pom");
		copy(Path.of("..", module, "target", artifact + "-" + version() + ".jar"), artifact, ".jar");
	}

	private void copy(Path file, String artifact, String extension) throws IOException {
		assertThat(file).as("made by: mvn verify").exists();
		Path folder = Files
			.createDirectories(this.repository.resolve("io/openclaw").resolve(artifact).resolve(version()));
		Files.copy(file, folder.resolve(artifact + "-" + version() + extension));
	}

	private static String version() {
		return required("project.version");
	}

	private static String required(String property) {
		String value = System.getProperty(property);
		assertThat(value).as("system property %s, set by: mvn verify", property).isNotNull();
		return value;
	}

	/** Global settings, so that a user's own, with mirrors and proxies, still count. */
	private String settings() {
		String repository = """
				<id>build</id>
				<url>%s</url>
				<releases><checksumPolicy>ignore</checksumPolicy></releases>
				<snapshots><enabled>false</enabled></snapshots>
				""".formatted(Path.of(required("maven.repository")).toUri());
		return """
				<settings>
				  <profiles>
				    <profile>
				      <id>build</id>
				      <repositories><repository>%s</repository></repositories>
				      <pluginRepositories><pluginRepository>%s</pluginRepository></pluginRepositories>
				    </profile>
				  </profiles>
				  <activeProfiles><activeProfile>build</activeProfile></activeProfiles>
				</settings>
				""".formatted(repository, repository);
	}

	/**
	 * Writes a file of the project.
	 * @param path where
	 * @param content what
	 */
	void write(String path, String content) {
		try {
			Path file = this.directory.resolve(path);
			Files.createDirectories(file.getParent());
			Files.writeString(file, content);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Packages the project with Maven.
	 * @return its executable jar
	 */
	Path build() throws IOException {
		Path log = this.directory.resolve("build.log");
		Process maven = new ProcessBuilder(command()).directory(this.directory.toFile())
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		assertThat(exitCode(maven)).as(() -> read(log)).isZero();
		try (Stream<Path> files = Files.list(this.directory.resolve("target"))) {
			return files.filter((file) -> file.toString().endsWith(".jar")).findFirst().orElseThrow();
		}
	}

	private List<String> command() {
		String script = System.getProperty("os.name").startsWith("Windows") ? "mvn.cmd" : "mvn";
		return List.of(Path.of(required("maven.home"), "bin", script).toString(), "-B", "-ntp", "-gs", "settings.xml",
				"-Dmaven.repo.local=" + this.repository, "package");
	}

	private static int exitCode(Process process) {
		try {
			if (!process.waitFor(BUILD_TIMEOUT_MINUTES, TimeUnit.MINUTES)) {
				process.destroyForcibly();
			}
			return process.waitFor();
		}
		catch (InterruptedException ex) {
			process.destroyForcibly();
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
