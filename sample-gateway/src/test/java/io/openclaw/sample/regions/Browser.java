package io.openclaw.sample.regions;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

import static org.awaitility.Awaitility.await;

/**
 * A headless Chromium.
 */
final class Browser implements AutoCloseable {

	private static final Path CHROMIUM = Path.of("/usr/bin/chromium");

	private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

	private static final String AXE = "/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js";

	private final ChromeDriver driver;

	Browser() {
		ChromeOptions options = new ChromeOptions();
		options.setBinary(CHROMIUM.toFile());
		options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
				"--window-size=1440,1600", "--no-proxy-server");
		LoggingPreferences logs = new LoggingPreferences();
		logs.enable(LogType.BROWSER, Level.ALL);
		options.setCapability("goog:loggingPrefs", logs);
		this.driver = new ChromeDriver(
				new ChromeDriverService.Builder().usingDriverExecutable(DRIVER.toFile()).usingAnyFreePort().build(),
				options);
	}

	/**
	 * Whether Debian's Chromium and its driver are there.
	 */
	static boolean isInstalled() {
		return Stream.of(CHROMIUM, DRIVER).allMatch(Files::isExecutable);
	}

	void open(String url) {
		this.driver.get(url);
	}

	/**
	 * Opens a page in a window of its own, which is looked at like the others.
	 */
	void openWindow(String url) {
		this.driver.switchTo().newWindow(WindowType.WINDOW);
		this.driver.get(url);
	}

	String url() {
		return Objects.requireNonNull(this.driver.getCurrentUrl());
	}

	WebElement find(String css) {
		return this.driver.findElement(By.cssSelector(css));
	}

	List<WebElement> findAll(String css) {
		return this.driver.findElements(By.cssSelector(css));
	}

	void click(String css) {
		await().ignoreExceptions().atMost(Duration.ofSeconds(20)).until(() -> {
			find(css).click();
			return true;
		});
	}

	void type(String css, String text) {
		WebElement field = find(css);
		field.clear();
		field.sendKeys(text);
	}

	/**
	 * Waits until an element says something.
	 * @return how long it took
	 */
	Duration awaitText(String css, String part) {
		long begin = System.nanoTime();
		await().ignoreExceptions()
			.atMost(Duration.ofSeconds(60))
			.pollInterval(Duration.ofMillis(50))
			.until(() -> find(css).getText(), (text) -> text.contains(part));
		return Duration.ofNanos(System.nanoTime() - begin);
	}

	/**
	 * Runs a script in the page.
	 */
	@Nullable Object run(String script) {
		return this.driver.executeScript(script);
	}

	void resize(int width, int height) {
		this.driver.manage().window().setSize(new Dimension(width, height));
	}

	/**
	 * Pretends that the user asks for colours and motion of a kind.
	 */
	void prefer(String feature, String value) {
		this.driver.executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", feature, "value", value))));
	}

	/**
	 * Freezes the page, as browsers do with those that nobody looked at for long.
	 */
	void sleep() {
		this.driver.executeCdpCommand("Page.setWebLifecycleState", Map.of("state", "frozen"));
	}

	/**
	 * Has a frozen page go on.
	 */
	void wake() {
		this.driver.executeCdpCommand("Page.setWebLifecycleState", Map.of("state", "active"));
	}

	boolean isWiderThanItsWindow() {
		return (Boolean) this.driver
			.executeScript("return document.documentElement.scrollWidth > document.documentElement.clientWidth");
	}

	void screenshot(Path file) {
		try {
			Files.createDirectories(file.getParent());
			Files.write(file, this.driver.getScreenshotAs(OutputType.BYTES));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * What axe finds that keeps people out: the ids of its serious and critical rules and
	 * where.
	 */
	@SuppressWarnings("unchecked")
	List<String> barriers() {
		this.driver.executeScript(axe());
		return (List<String>) this.driver.executeAsyncScript("""
				const done = arguments[arguments.length - 1];
				axe.run().then((results) => done(results.violations
					.filter((each) => ["serious", "critical"].includes(each.impact))
					.map((each) => each.id + ": " + each.nodes.map((node) => node.html).join(" | "))));
				""");
	}

	List<String> errors() {
		return this.driver.manage()
			.logs()
			.get(LogType.BROWSER)
			.getAll()
			.stream()
			.filter((entry) -> entry.getLevel().intValue() >= Level.SEVERE.intValue())
			.map(LogEntry::getMessage)
			.toList();
	}

	@Override
	public void close() {
		this.driver.quit();
	}

	private static String axe() {
		try (InputStream in = Browser.class.getResourceAsStream(AXE)) {
			return new String(in.readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
