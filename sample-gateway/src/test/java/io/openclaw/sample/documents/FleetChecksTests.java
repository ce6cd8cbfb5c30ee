package io.openclaw.sample.documents;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import io.openclaw.sample.process.Script;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The scripts of {@code docs/multi-region} with stubs of gateways and of Prometheus.
 */
@DisabledOnOs(OS.WINDOWS)
class FleetChecksTests {

	private static final Path SCRIPTS = Path.of("../docs/multi-region").toAbsolutePath();

	private static final String QUIET = """
			second,admitted,rejected,drift,lag,latency_p50,latency_p95
			0,60,10,0.01,20,10.5,30
			15,60,10,-0.02,25,11.5,40
			30,60,10,0.01,,12.5,50
			""";

	@TempDir
	Path directory;

	private Script check(String... arguments) {
		return run("check.py", arguments);
	}

	private Script run(String script, String... arguments) {
		return Script.run(this.directory, Map.of(),
				Stream.concat(Stream.of(SCRIPTS.resolve(script).toString()), Stream.of(arguments)).toList());
	}

	private void write(String file, String content) throws IOException {
		Files.writeString(this.directory.resolve(file), content);
	}

	@Test
	void whatAGatewayThatIsGoneShouldHaveHadGoesToTheNext() throws IOException {
		HttpServer stays = answering((uri) -> "");
		HttpServer goes = answering((uri) -> "");
		goes.createContext("/stop", (exchange) -> {
			exchange.sendResponseHeaders(204, -1);
			exchange.close();
			new Thread(() -> goes.stop(0)).start();
		});
		try {
			String url = "http://127.0.0.1:" + goes.getAddress().getPort();
			Script load = run("load.sh", "-r", "10", "-t", "1", "-c", "curl -fs " + url + "/stop; sleep 0.5", "-m",
					"true", url, "http://127.0.0.1:" + stays.getAddress().getPort());
			assertThat(load.output()).contains("60 requests of ");
			assertThat(load.status()).isZero();
			assertThat(Files.readString(this.directory.resolve("load.csv"))
				.lines()
				.filter((line) -> line.startsWith("before,") && line.contains(url + ",200,"))).hasSize(10);
			Script verdict = check("load", "load.csv", "--capacity", "1000", "--rate", "0", "--p95", "2000");
			assertThat(verdict.output()).contains("errors, cut (0 of 20)", "consumption: 60 admitted of 60");
			assertThat(verdict.status()).isZero();
		}
		finally {
			stays.stop(0);
			goes.stop(0);
		}
	}

	@Test
	void twoQuietRunsAreAlike() throws IOException {
		write("before.csv", QUIET);
		write("after.csv", QUIET.replace("11.5,40", "41.5,69").replace("12.5,50", "45,70"));
		Script outcome = check("compare", "before.csv", "after.csv");
		assertThat(outcome.output()).contains("holds  latency_p50: 11.5 ms before, after: 41.5 ms, at most 41.5 ms",
				"holds  latency_p95: 40.0 ms before, after: 69.0 ms, at most 70 ms",
				"holds  drift: 2.0 %, at most 5 %");
		assertThat(outcome.status()).isZero();
	}

	@Test
	void aRunThatIsSlowerOrDriftsIsFound() throws IOException {
		write("before.csv", QUIET);
		write("after.csv", QUIET.replace("-0.02,25,11.5,40", "-0.06,25,11.5,90").replace("12.5,50", "12.5,90"));
		Script outcome = check("compare", "before.csv", "after.csv");
		assertThat(outcome.output()).contains("holds  latency_p50",
				"BROKEN latency_p95: 40.0 ms before, after: 90.0 ms", "BROKEN drift: 6.0 %, at most 5 %");
		assertThat(outcome.status()).isOne();
	}

	@Test
	void aColumnThatIsEmptyIsNoVerdict() throws IOException {
		write("before.csv", QUIET);
		write("after.csv", "second,drift\n0,0\n");
		Script outcome = check("compare", "before.csv", "after.csv");
		assertThat(outcome.output()).contains("after.csv has no values in the column latency_p50");
		assertThat(outcome.status()).isEqualTo(2);
	}

	@Test
	void whatPrometheusHasBecomesColumns() throws IOException {
		HttpServer prometheus = answering((uri) -> {
			String query = URLDecoder.decode(uri, StandardCharsets.UTF_8);
			String values = query.contains("drift") ? "[1000,\"0.01\"],[1015,\"0.02\"]"
					: query.contains("0.95") ? "[1000,\"40\"],[1015,\"NaN\"]" : "[1000,\"7\"]";
			String series = query.contains("rejected") ? "" : "{\"metric\":{},\"values\":[" + values + "]}";
			return "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[" + series + "]}}";
		});
		try {
			Script outcome = check("export", "http://127.0.0.1:" + prometheus.getAddress().getPort(), "run.csv",
					"--start", "1000", "--end", "1015");
			assertThat(outcome.output()).contains("2 rows in run.csv");
			assertThat(Files.readString(this.directory.resolve("run.csv")).lines()).containsExactly(
					"second,admitted,rejected,drift,lag,latency_p50,latency_p95", "0,7,,0.01,7,7,40",
					"15,,,0.02,,,NaN");
			assertThat(check("compare", "run.csv", "run.csv").status()).isZero();
		}
		finally {
			prometheus.stop(0);
		}
	}

	@Test
	void levelsThatDifferByMoreThanRefillsMeanwhileAreFound() throws IOException {
		HttpServer one = gateway("900");
		HttpServer other = gateway("880.5");
		try {
			Script outcome = check("fleet", "--limit", "rating", "--key", "partner", "--rate", "1", "--within", "0.1",
					"http://127.0.0.1:" + one.getAddress().getPort(),
					"http://127.0.0.1:" + other.getAddress().getPort());
			assertThat(outcome.output()).contains("holds  fleet", "holds  state: healthy", "holds  lag: 120.0 ms",
					"holds  one way, as measured: 70.0 ms", "BROKEN levels 900.0, 880.5: apart: 19.5 tokens");
			assertThat(outcome.status()).isOne();
		}
		finally {
			one.stop(0);
			other.stop(0);
		}
	}

	private static HttpServer gateway(String level) throws IOException {
		return answering((uri) -> uri.contains("replication")
				? "{\"fleetSize\":2,\"state\":\"healthy\",\"lagMillis\":120,\"members\":[{\"roundTripMillis\":140}]}"
				: "{\"level\":" + level + "}");
	}

	private static HttpServer answering(UnaryOperator<String> answer) throws IOException {
		HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
		server.createContext("/", (exchange) -> {
			byte[] bytes = answer.apply(exchange.getRequestURI().toString()).getBytes(StandardCharsets.UTF_8);
			exchange.sendResponseHeaders(200, bytes.length);
			exchange.getResponseBody().write(bytes);
			exchange.close();
		});
		server.start();
		return server;
	}

}
