package io.openclaw.sample.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Maven projects outside this build, built together. They find this build's artifacts in
 * a local repository of their own, as if they had been installed there. What the build
 * has downloaded already is taken from the build's local repository, which stays as it
 * is; anything else comes as Maven is set up.
 */
final class UserProjects {

	private static final List<String> MODULES = List.of("autoconfigure", "starter");

	private static final String TOGETHER = """
			<project xmlns="http://maven.apache.org/POM/4.0.0">
			  <modelVersion>4.0.0</modelVersion>
			  <groupId>com.example</groupId>
			  <artifactId>together</artifactId>
			  <version>1.0.0</version>
			  <packaging>pom</packaging>
			  <modules>%s</modules>
			</project>
			""";

	private static final long BUILD_TIMEOUT_MINUTES = 10;

	private static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1";

	private static final String UNPACKED = "unpacked";

	private final Path directory;

	private final Path repository;

	private final List<String> projects = new ArrayList<>();

	private UserProjects(Path directory) {
		this.directory = directory.resolve("project").toAbsolutePath();
		this.repository = directory.resolve("repository").toAbsolutePath();
	}

	/**
	 * Prepares a build without projects.
	 * @param directory where to, emptied first but for what was downloaded
	 * @return the build
	 */
	static UserProjects create(Path directory) throws IOException {
		UserProjects build = new UserProjects(directory);
		deleteAll(build.directory);
		deleteAll(build.repository.resolve("io/openclaw"));
		build.installParent();
		for (String module : MODULES) {
			build.install(module);
		}
		build.write("settings.xml", build.settings());
		return build;
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
	 * Adds a project.
	 * @param name of its folder
	 * @param files their contents by their paths
	 */
	void add(String name, Map<String, String> files) {
		this.projects.add(name);
		files.forEach((path, content) -> write(name + "/" + path, content));
	}

	private void write(String path, String content) {
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
	 * Packages all projects with Maven, and unpacks what is made of them.
	 */
	void build() throws IOException {
		write("pom.xml", TOGETHER
			.formatted(this.projects.stream().map("<module>%s</module>"::formatted).collect(Collectors.joining())));
		Path log = this.directory.resolve("build.log");
		ProcessBuilder builder = new ProcessBuilder(command()).directory(this.directory.toFile())
			.redirectErrorStream(true)
			.redirectOutput(log.toFile());
		builder.environment().merge("MAVEN_OPTS", SHORT_LIVED, (own, more) -> own + " " + more);
		Process maven = builder.start();
		assertThat(exitCode(maven)).as(() -> read(log)).isZero();
		String java = ProcessHandle.current().info().command().orElse("java");
		for (String project : this.projects) {
			QuickStart.unpack(java, jar(project), this.directory.resolve(project).resolve(UNPACKED));
		}
	}

	/**
	 * What was built of a project.
	 * @param name of its folder
	 * @return its executable jar
	 */
	Path jar(String name) {
		try (Stream<Path> files = Files.list(this.directory.resolve(name).resolve("target"))) {
			return files.filter((file) -> file.toString().endsWith(".jar")).findFirst().orElseThrow();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * What was built of a project, unpacked.
	 * @param name of its folder
	 * @return the jar to run
	 */
	Path unpacked(String name) {
		return this.directory.resolve(name).resolve(UNPACKED).resolve(jar(name).getFileName());
	}

	private List<String> command() {
		String script = System.getProperty("os.name").startsWith("Windows") ? "mvn.cmd" : "mvn";
		return List.of(Path.of(required("maven.home"), "bin", script).toString(), "-B", "-ntp", "-T2", "-gs",
				"settings.xml", "-Dmaven.repo.local=" + this.repository, "package");
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
