package io.openclaw.sample.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The application that the README shows, as several kinds of users have it: each a
 * project of its own outside this build, with the starter and YAML.
 */
final class UserApplications {

	/** The three files of the README as they are printed. */
	static final String README = "readme";

	/** Without Spring Cloud's bill of materials. */
	static final String BOOT_ALONE = "boot-alone";

	/** The oldest versions that the compatibility page names. */
	static final String OLDEST = "oldest";

	/**
	 * What Spring's project generator makes for gateway, actuator, Redis, Prometheus,
	 * Resilience4j and security; processed ahead of time besides.
	 */
	static final String GENERATED = "generated";

	private static final String OLDEST_BOOT = "4.0.0";

	private static final String OLDEST_CLOUD = "2025.1.0";

	private static final String GENERATED_DEPENDENCIES = """
			<dependency>
			  <groupId>org.springframework.boot</groupId>
			  <artifactId>spring-boot-starter-actuator</artifactId>
			</dependency>
			<dependency>
			  <groupId>org.springframework.boot</groupId>
			  <artifactId>spring-boot-starter-data-redis-reactive</artifactId>
			</dependency>
			<dependency>
			  <groupId>org.springframework.boot</groupId>
			  <artifactId>spring-boot-starter-security</artifactId>
			</dependency>
			<dependency>
			  <groupId>org.springframework.cloud</groupId>
			  <artifactId>spring-cloud-starter-circuitbreaker-reactor-resilience4j</artifactId>
			</dependency>
			<dependency>
			  <groupId>org.springframework.cloud</groupId>
			  <artifactId>spring-cloud-starter-gateway-server-webflux</artifactId>
			</dependency>
			<dependency>
			  <groupId>io.micrometer</groupId>
			  <artifactId>micrometer-registry-prometheus</artifactId>
			  <scope>runtime</scope>
			</dependency>
			""";

	// What is exposed is decided when the application is processed.
	private static final String EXPOSURE = """
			management:
			  endpoints:
			    web:
			      exposure:
			        include: "*"
			""";

	private static final String PROCESS_AHEAD_OF_TIME = """
			<executions>
			  <execution>
			    <goals><goal>process-aot</goal></goals>
			  </execution>
			</executions>
			""";

	private final UserProjects projects;

	private final String pom;

	private final String yaml;

	private final String java;

	private UserApplications(UserProjects projects, Readme readme, String upstream) {
		this.projects = projects;
		this.pom = readme.block("xml");
		this.yaml = replace(readme.block("yaml"), "http://localhost:9000", upstream);
		this.java = readme.block("java");
	}

	/**
	 * Builds all of them.
	 * @param directory where to
	 * @param upstream the address of the service behind them
	 * @return the applications
	 */
	static UserApplications build(Path directory, String upstream) throws IOException {
		UserApplications applications = new UserApplications(UserProjects.create(directory), Readme.read(), upstream);
		applications.add(README, applications.pom, applications.yaml);
		applications.add(BOOT_ALONE, applications.bootAlone(), applications.yaml);
		applications.add(OLDEST, applications.oldest(), applications.yaml);
		applications.add(GENERATED, applications.generated(), applications.yaml + EXPOSURE);
		applications.projects.build();
		return applications;
	}

	Path jar(String name) {
		return this.projects.jar(name);
	}

	Path unpacked(String name) {
		return this.projects.unpacked(name);
	}

	private void add(String name, String ofProject, String yamlOfProject) {
		// Maven builds no two projects of one name together.
		this.projects
			.add(name,
					Map.of("pom.xml",
							replace(ofProject, "<artifactId>gateway</artifactId>",
									"<artifactId>" + name + "</artifactId>"),
							"src/main/resources/application.yml", yamlOfProject,
							"src/main/java/com/example/GatewayApplication.java", this.java));
	}

	private String bootAlone() {
		return replaceFirst(this.pom, "(?s)  <dependencyManagement>.*?</dependencyManagement>\n", "");
	}

	private String oldest() {
		String pom = replaceFirst(this.pom, "(?s)(spring-boot-starter-parent</artifactId>\\s*<version>)[^<]+",
				"$1" + OLDEST_BOOT);
		return replaceFirst(pom, "(<spring-cloud.version>)[^<]+", "$1" + OLDEST_CLOUD);
	}

	private String generated() {
		String pom = replaceFirst(this.pom, "(?s)(</dependencyManagement>\\s*<dependencies>\n)",
				"$1" + GENERATED_DEPENDENCIES);
		return replace(pom, "<artifactId>spring-boot-maven-plugin</artifactId>\n",
				"<artifactId>spring-boot-maven-plugin</artifactId>\n" + PROCESS_AHEAD_OF_TIME);
	}

	private static String replace(String text, String part, String by) {
		assertThat(text).contains(part);
		return text.replace(part, by);
	}

	private static String replaceFirst(String text, String pattern, String by) {
		assertThat(text).containsPattern(pattern);
		return Pattern.compile(pattern).matcher(text).replaceFirst(by);
	}

}
