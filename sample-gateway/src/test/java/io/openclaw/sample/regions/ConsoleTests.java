package io.openclaw.sample.regions;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

import io.openclaw.sample.SampleGatewayApplication;

import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.membership.FleetState;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The console in a real browser, on three regions. Screenshots go to
 * {@code target/console}; those in {@code docs/images} were taken here.
 */
@EnabledIf("io.openclaw.sample.regions.Browser#isInstalled")
class ConsoleTests {

	private static final Path SCREENSHOTS = Path.of("target", "console");

	private static final String SHARED = "Three gateways share one budget.";

	private static final String CUT = "eu-central-1 is cut off; it spends its own third.";

	private static final String LEVELS = "#limit-rating figure:first-child .chart";

	private static Regions regions;

	private static Browser browser;

	@BeforeAll
	static void start() {
		regions = Regions.start(SampleGatewayApplication.class, List.of("--server.port=0", "--spring.data.redis.port=0",
				"--openclaw.circuit-breaker.latency-threshold=20s", "--OPENCLAW_API_KEY=operator"));
		browser = new Browser();
	}

	@AfterAll
	static void stop() {
		browser.close();
		regions.close();
	}

	@BeforeEach
	void open() {
		// What a test that failed has left broken fails no other.
		regions.all().forEach((region) -> region.link().cut(false));
		regions.run(true);
		browser.prefer("prefers-color-scheme", "light");
		browser.resize(1440, 1600);
		browser.open(regions.all().get(0).url() + "/");
		browser.awaitText("#sentence", SHARED);
	}

	@AfterEach
	void thePageHasNoErrors() {
		assertThat(browser.errors()).isEmpty();
	}

	@Test
	void aBurstMovesTheLinesAndTheRejectedAreSeenWithTheReason() {
		await().atMost(Duration.ofSeconds(20))
			.untilAsserted(() -> assertThat(levels()).contains("us-east-1", "eu-central-1", "ap-southeast-2"));
		browser.type("#burst-size", "900");
		browser.click("#fire-all");
		browser.awaitText("#promise", "The promise holds");
		browser.awaitText("#limit-rating .why", "out of tokens");
		await().atMost(Duration.ofSeconds(20)).until(ConsoleTests::levels, (said) -> !said.contains("us-east-1 1000 "));
		browser.awaitText("#limit-rating table", "Busiest keys at us-east-1");
		browser.awaitText("#bursts", "ap-southeast-2:");
		browser.screenshot(SCREENSHOTS.resolve("shared.png"));
	}

	@Test
	void aCutRegionIsNamedAndHealingConverges() {
		browser.click("[data-region=eu-central-1]");
		Duration shown = browser.awaitText("#sentence", CUT);
		System.out.println("A cut shows after " + shown.toMillis() + " ms");
		browser.awaitText("#matrix", "✗");
		browser.click("#fire-all");
		browser.awaitText("#bursts", "eu-central-1:");
		browser.screenshot(SCREENSHOTS.resolve("cut.png"));
		assertThat(browser.find("#promise").getText()).contains("The promise holds");
		browser.click("[data-region=eu-central-1]");
		browser.awaitText("#sentence", SHARED);
		assertThat(browser.find("#promise").getText()).contains("The promise holds");
	}

	@Test
	void aLostRedisIsNamed() {
		browser.click("#redis");
		browser.awaitText("#sentence", "All three gateways are cut off from each other; each spends its own third.");
		browser.click("#redis");
		browser.awaitText("#sentence", SHARED);
	}

	@Test
	void arrowsMoveAlongAChartAndATableStandsInItsPlace() {
		await().atMost(Duration.ofSeconds(20)).until(ConsoleTests::levels, (said) -> said.contains("tokens"));
		WebElement chart = browser.find(LEVELS);
		chart.sendKeys(Keys.HOME);
		String first = browser.find("#limit-rating figure .reading").getText();
		assertThat(first).contains("tokens");
		browser.click("#limit-rating figure:first-child button");
		assertThat(browser.findAll("#limit-rating figure:first-child tbody tr")).isNotEmpty();
		browser.click("#limit-rating figure:first-child button");
		assertThat(browser.find(LEVELS).isDisplayed()).isTrue();
	}

	@Test
	void aKeyOpensItsBucketWithTheEntriesOfEveryGateway() {
		browser.click("#fire-all");
		browser.click("#limit-rating table button.link");
		browser.awaitText("#bucket", "What each gateway has counted");
		browser.awaitText("#bucket", "ap-southeast-2");
		browser.find("#bucket").sendKeys(Keys.ESCAPE);
	}

	@Test
	void aCallerIsExplainedInWordsByKeyboard() {
		browser.click("#fire-all");
		browser.awaitText("#bursts", "ap-southeast-2:");
		await().atMost(Duration.ofSeconds(20))
			.until(() -> !browser.findAll("#limit-rating table button.link").isEmpty());
		String id = browser.find("#limit-rating table button.link").getText();
		browser.find("#explain input").sendKeys(id, Keys.ENTER);
		browser.awaitText("#explanation", "of 1000 tokens left, 10 more a second.");
		assertThat(browser.url()).contains("#explain=" + id);
		browser.find("#explanation").sendKeys(Keys.ESCAPE);
		browser.find("#explain input").sendKeys("nobody", Keys.ENTER);
		browser.awaitText("#explanation", "us-east-1 knows no such caller.");
		assertThat(browser.url()).doesNotContain("nobody");
		browser.find("#explanation").sendKeys(Keys.ESCAPE);
	}

	@Test
	void aPageThatIsOpenedByTheAddressOfThisMachineListensToAll() {
		browser.open(regions.all().get(0).url().replace("localhost", "127.0.0.1") + "/");
		browser.awaitText("#matrix", "hears");
		await().atMost(Duration.ofSeconds(20))
			.until(ConsoleTests::levels, (said) -> said.contains("us-east-1") && said.contains("ap-southeast-2"));
		assertThat(browser.find("#sentence").getText()).isEqualTo(SHARED);
	}

	@Test
	void aLinkLeadsToABucketAndTokensAreGivenBackThere() {
		browser.click("#fire-all");
		browser.awaitText("#bursts", "ap-southeast-2:");
		browser.click("#limit-rating table button.link");
		browser.awaitText("#bucket", "What each gateway has counted");
		String link = browser.url();
		assertThat(link).contains("#limit=rating&key=");
		browser.open("about:blank");
		browser.open(link);
		browser.awaitText("#bucket", "What each gateway has counted");
		browser.type("#bucket input[name=tokens]", "3");
		browser.type("#bucket input[type=password]", "wrong");
		browser.click("#bucket form:first-of-type button");
		browser.awaitText("#bucket .answer", "Refused");
		browser.errors();
		browser.type("#bucket input[type=password]", "operator");
		browser.click("#bucket form:first-of-type button");
		browser.awaitText("#bucket .answer", "\"given\":3");
		// Not where the button was before the answer moved it.
		browser.run("document.querySelector('#bucket > button').click()");
		await().atMost(Duration.ofSeconds(20)).until(browser::url, (url) -> !url.contains("#"));
	}

	@Test
	void whatIsShownIsDownloadedAsCsv() {
		await().atMost(Duration.ofSeconds(20)).until(ConsoleTests::levels, (said) -> said.contains("eu-central-1"));
		browser.run("""
				URL.createObjectURL = (blob) => { blob.text().then((text) => window.csv = text); return "#csv"; };
				URL.revokeObjectURL = () => {};
				HTMLAnchorElement.prototype.click = () => {};""");
		browser.click("#limit-rating header button");
		String csv = (String) await().atMost(Duration.ofSeconds(20))
			.until(() -> browser.run("return window.csv"), Objects::nonNull);
		assertThat(csv.lines().findFirst())
			.contains("time,gateway,lowest_level,admitted_per_second,waited_per_second,rejected_per_second");
		assertThat(csv.lines().skip(1)).isNotEmpty()
			.allMatch((line) -> line.matches("[-:.\\dTZ]+,[-\\w]+(,-?[\\d.e-]+){4}"))
			.anyMatch((line) -> line.contains(",eu-central-1,"));
	}

	@Test
	void pauseHoldsThePageStillUntilItGoesOn() {
		await().atMost(Duration.ofSeconds(20)).until(ConsoleTests::levels, (said) -> said.contains("eu-central-1"));
		browser.click("#pause");
		browser.awaitText("#age", "Paused at");
		String held = levels();
		browser.click("[data-region=eu-central-1]");
		browser.awaitText("#region-list", "Heal its link");
		await().during(Duration.ofSeconds(2)).atMost(Duration.ofSeconds(10)).until(() -> {
			assertThat(levels()).isEqualTo(held);
			return browser.find("#sentence").getText().equals(SHARED);
		});
		browser.click("#pause");
		browser.awaitText("#sentence", CUT);
		browser.click("[data-region=eu-central-1]");
		browser.awaitText("#sentence", SHARED);
	}

	@Test
	void aPageThatSleptSaysWhatIsSoWhenItWakes() {
		RedisLink link = regions.all().get(1).link();
		// A page that was frozen is no longer as others are.
		try (Browser sleeper = new Browser()) {
			sleeper.open(regions.all().get(0).url() + "/");
			sleeper.awaitText("#sentence", SHARED);
			sleeper.sleep();
			link.cut(true);
			await().atMost(Duration.ofSeconds(30))
				.until(() -> regions.gateways()
					.get(1)
					.getBean(TokenBucketLimiter.class)
					.state() == FleetState.ISOLATED);
			sleeper.wake();
			sleeper.awaitText("#sentence", CUT);
		}
		finally {
			link.cut(false);
		}
		browser.awaitText("#sentence", SHARED);
	}

	@Test
	void aSlowUpstreamIsNamed() {
		CircuitBreaker circuit = regions.gateways()
			.get(0)
			.getBean(CircuitBreakerRegistry.class)
			.circuitBreaker("token-bucket.rating");
		circuit.transitionToOpenState();
		browser.awaitText("#sentence", "The upstream of rating is slow; callers are answered 429 early.");
		browser.awaitText("#circuits", "open");
		circuit.transitionToClosedState();
		browser.awaitText("#sentence", SHARED);
	}

	@Test
	void nothingKeepsPeopleOutInLightAndDarkAndOnAPhone() {
		assertThat(browser.barriers()).isEmpty();
		browser.prefer("prefers-color-scheme", "dark");
		browser.open(regions.all().get(0).url() + "/");
		browser.awaitText("#sentence", SHARED);
		assertThat(browser.barriers()).isEmpty();
		browser.screenshot(SCREENSHOTS.resolve("dark.png"));
		browser.resize(400, 900);
		assertThat(browser.isWiderThanItsWindow()).isFalse();
		browser.screenshot(SCREENSHOTS.resolve("phone.png"));
	}

	@Test
	void whoWantsLessMotionHasNoAnimationsAndSeesThePageDrawnLessOften() {
		recordPausesBetweenDrawings();
		await().atMost(Duration.ofSeconds(20)).until(() -> pauses().size() > 4);
		assertThat(pauses()).allMatch((millis) -> millis <= 250);
		browser.prefer("prefers-reduced-motion", "reduce");
		browser.open("about:blank");
		browser.open(regions.all().get(0).url() + "/");
		recordPausesBetweenDrawings();
		await().atMost(Duration.ofSeconds(20))
			.until(ConsoleTests::pauses, (all) -> all.stream().anyMatch((millis) -> millis > 1000));
		assertThat(browser.run("return document.getAnimations().length")).isEqualTo(0L);
	}

	@Test
	void coloursOfTheUserLeaveLinesAndButtonsDistinct() {
		browser.prefer("forced-colors", "active");
		browser.open("about:blank");
		browser.open(regions.all().get(0).url() + "/");
		browser.awaitText("#sentence", SHARED);
		await().atMost(Duration.ofSeconds(20))
			.until(() -> browser.findAll("#limit-rating figure:first-child .key").size() == 3);
		assertThat(browser.findAll("#limit-rating figure:first-child .key")
			.stream()
			.map((line) -> line.getCssValue("border-top-style"))).doesNotHaveDuplicates();
		String released = browser.find("#pause").getCssValue("background-color");
		browser.click("#pause");
		assertThat(browser.find("#pause").getCssValue("background-color")).isNotEqualTo(released);
		browser.click("#pause");
		assertThat(browser.barriers()).isEmpty();
		browser.screenshot(SCREENSHOTS.resolve("forced-colours.png"));
	}

	private static void recordPausesBetweenDrawings() {
		browser.run("""
				window.pauses = [];
				const set = window.setTimeout;
				window.setTimeout = (task, millis) => {
					if (task.name === "draw") {
						window.pauses.push(Math.round(millis));
					}
					return set(task, millis);
				};""");
	}

	@SuppressWarnings("unchecked")
	private static List<Long> pauses() {
		return (List<Long>) Objects.requireNonNull(browser.run("return window.pauses"));
	}

	private static String levels() {
		String label = browser.find(LEVELS).getDomAttribute("aria-label");
		return (label != null) ? label : "";
	}

}
