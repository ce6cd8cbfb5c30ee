package io.openclaw.tokenbucket.replication.port;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.replication.Spender;
import io.openclaw.tokenbucket.replication.TestFleet;
import io.openclaw.tokenbucket.replication.port.MessageSigning.Unsigned;
import io.openclaw.tokenbucket.replication.wire.Message;
import io.openclaw.tokenbucket.replication.wire.MessageBuilder;
import io.openclaw.tokenbucket.replication.wire.MessageCodec;
import io.openclaw.tokenbucket.replication.wire.RandomMessages;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is read where secrets are configured.
 */
class MessageSigningTests {

	private static final MemberId A = new MemberId("a", 1);

	private final MessageSigning signing = signing("s3cret");

	private final Message message = MessageBuilder.from(A, Standing.MEMBER).age("rating", 7).build();

	@Test
	void theSignatureIsAnHmacOfAllThatPrecedesIt() throws Exception {
		byte[] bytes = MessageCodec.write(this.message, this.signing);
		String body = HexFormat.of().formatHex(MessageCodec.encode(this.message));
		// One section, of type 127, with 32 bytes.
		assertThat(HexFormat.of().formatHex(bytes)).startsWith(body.substring(0, body.length() - 2) + "017f20")
			.hasSize(body.length() + 4 + 64);
		byte[] purpose = "\0io.openclaw.tokenbucket messages of default".getBytes(StandardCharsets.UTF_8);
		purpose[0] = (byte) 0xFF;
		byte[] key = hmac("s3cret".getBytes(StandardCharsets.UTF_8), purpose);
		byte[] signature = hmac(key, Arrays.copyOf(bytes, bytes.length - 32));
		assertThat(Arrays.copyOfRange(bytes, bytes.length - 32, bytes.length)).isEqualTo(signature);
	}

	@Test
	void aSignedMessageIsReadAsItWasWritten() throws MalformedMessageException {
		RandomMessages messages = new RandomMessages(11);
		for (int i = 0; i < 1_000; i++) {
			Message random = messages.next();
			assertThat(MessageCodec.read(MessageCodec.write(random, this.signing), this.signing)).isEqualTo(random);
		}
	}

	@Test
	void everyOtherSecretOrNamespaceMakesAnotherSignature() {
		byte[] bytes = MessageCodec.write(this.message, this.signing);
		assertThat(rejection(signing("s3cret "), bytes)).isEqualTo("signature");
		assertThat(rejection(MessageSigning.under(List.of("s3cret"), "staging", Unsigned.REJECT), bytes))
			.isEqualTo("signature");
	}

	@Test
	void noByteOfASignedMessageCanBeChangedUnnoticed() {
		byte[] bytes = MessageCodec.write(this.message, this.signing);
		for (int i = 0; i < 8 * bytes.length; i++) {
			byte[] changed = bytes.clone();
			changed[i / 8] ^= (byte) (1 << i % 8);
			assertThat(rejection(this.signing, changed)).as("bit %d", i)
				.isIn("signature", "unsigned", "malformed", "version");
		}
	}

	@Test
	void noSignedMessageCanBeCutOrExtendedUnnoticed() {
		byte[] bytes = MessageCodec.write(this.message, this.signing);
		for (int length = 0; length < bytes.length; length++) {
			assertThat(rejection(this.signing, Arrays.copyOf(bytes, length))).as("cut at %d", length)
				.isIn("signature", "unsigned", "truncated");
			assertThat(rejection(this.signing, Arrays.copyOf(bytes, bytes.length + 1 + length))).isNotNull();
		}
	}

	@Test
	void theFirstSecretSignsAndAllVerify() throws MalformedMessageException {
		MessageSigning old = signing("old");
		MessageSigning both = signing("old", "new");
		MessageSigning swapped = signing("new", "old");
		MessageSigning renewed = signing("new");
		for (MessageSigning reader : List.of(old, both, swapped)) {
			assertThat(MessageCodec.read(MessageCodec.write(this.message, both), reader)).isEqualTo(this.message);
		}
		for (MessageSigning reader : List.of(both, swapped, renewed)) {
			assertThat(MessageCodec.read(MessageCodec.write(this.message, swapped), reader)).isEqualTo(this.message);
		}
		assertThat(rejection(renewed, MessageCodec.write(this.message, both))).isEqualTo("signature");
		assertThat(rejection(old, MessageCodec.write(this.message, swapped))).isEqualTo("signature");
	}

	@Test
	void whatIsNotSignedIsRejectedWhereThereAreSecrets() {
		assertThat(rejection(this.signing, MessageCodec.encode(this.message))).isEqualTo("unsigned");
		assertThat(rejection(this.signing, new byte[] { 0x0B, 1 })).isEqualTo("unsigned");
		assertThat(rejection(this.signing, new byte[] { 0x0B, 1, 0x7f, 0x20 })).isEqualTo("unsigned");
		assertThat(rejection(this.signing, new byte[MessageCodec.MAX_BYTES + 1])).isEqualTo("oversized");
	}

	@Test
	void withoutASecretSignedMessagesAreReadAsWell() throws MalformedMessageException {
		assertThat(MessageCodec.read(MessageCodec.write(this.message, this.signing), MessageSigning.NONE))
			.isEqualTo(this.message);
	}

	@Test
	void whileAFleetBeginsToSignTheUnsignedIsReadButNothingForged() throws MalformedMessageException {
		MessageSigning lenient = MessageSigning.under(List.of("s3cret"), "default", Unsigned.ACCEPT);
		assertThat(MessageCodec.read(MessageCodec.write(this.message, MessageSigning.NONE), lenient))
			.isEqualTo(this.message);
		assertThat(MessageCodec.read(MessageCodec.write(this.message, lenient), this.signing)).isEqualTo(this.message);
		assertThat(rejection(lenient, MessageCodec.write(this.message, signing("other")))).isEqualTo("signature");
	}

	@Test
	void nothingOfASecretIsShown() {
		ReplicationSettings settings = new ReplicationSettings(null, 3, Spender.SYNC_INTERVAL, TestFleet.MEMBER_TIMEOUT,
				this.signing);
		assertThat(settings.toString()).doesNotContain("s3cret");
	}

	private static @Nullable String rejection(MessageSigning reader, byte[] bytes) {
		try {
			MessageCodec.read(bytes, reader);
			return null;
		}
		catch (MalformedMessageException ex) {
			return ex.reason();
		}
	}

	private static MessageSigning signing(String... secrets) {
		return MessageSigning.under(List.of(secrets), "default", Unsigned.REJECT);
	}

	private static byte[] hmac(byte[] key, byte[] input) throws Exception {
		Mac mac = Mac.getInstance("HmacSHA256");
		mac.init(new SecretKeySpec(key, "HmacSHA256"));
		return mac.doFinal(input);
	}

}
