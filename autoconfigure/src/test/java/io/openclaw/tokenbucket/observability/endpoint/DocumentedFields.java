package io.openclaw.tokenbucket.observability.endpoint;

import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.springframework.restdocs.payload.FieldDescriptor;
import org.springframework.restdocs.payload.JsonFieldType;
import org.springframework.restdocs.payload.PayloadDocumentation;

import io.openclaw.tokenbucket.documentation.Javadoc;

/**
 * What the Javadoc of a view says of its fields, and of those of the views within it.
 */
final class DocumentedFields {

	private final List<FieldDescriptor> fields = new ArrayList<>();

	private DocumentedFields() {
	}

	/**
	 * The fields of an answer.
	 */
	static List<FieldDescriptor> of(Class<? extends Record> view) {
		DocumentedFields all = new DocumentedFields();
		all.addAll("", view);
		return all.fields;
	}

	/**
	 * The fields that an operation reads from a body: texts that may be missing.
	 */
	static List<FieldDescriptor> readBy(Class<?> endpoint, String operation) {
		Map<String, String> meanings = Javadoc.of(endpoint).params(operation + "(");
		Method method = Stream.of(endpoint.getDeclaredMethods())
			.filter((each) -> each.getName().equals(operation))
			.findFirst()
			.orElseThrow();
		return Stream.of(method.getParameters())
			.filter((parameter) -> parameter.getAnnotatedType().getAnnotations().length > 0)
			.map(Parameter::getName)
			.map((name) -> field(name, meanings))
			.toList();
	}

	private void addAll(String prefix, Class<?> view) {
		Map<String, String> meanings = Javadoc.of(view).params("record " + view.getSimpleName() + "(");
		for (RecordComponent component : view.getRecordComponents()) {
			add(prefix, component, meanings);
		}
	}

	private void add(String prefix, RecordComponent component, Map<String, String> meanings) {
		String path = prefix + component.getName();
		Type type = component.getGenericType();
		FieldDescriptor field = field(component.getName(), meanings);
		this.fields
			.add(isMapOfValues(type) ? PayloadDocumentation.subsectionWithPath(path).description(field.getDescription())
					: PayloadDocumentation.fieldWithPath(path)
						.optional()
						.type(JsonFieldType.VARIES)
						.description(field.getDescription()));
		if (type instanceof Class<?> single && single.isRecord()) {
			addAll(path + ".", single);
		}
		else if (last(type) instanceof Class<?> element && element.isRecord()) {
			addAll(path + ((component.getType() == Map.class) ? ".*." : "[]."), element);
		}
	}

	private static boolean isMapOfValues(Type type) {
		return type instanceof ParameterizedType generic && generic.getRawType() == Map.class
				&& !(last(type) instanceof Class<?> value && value.isRecord());
	}

	private static Type last(Type type) {
		return (type instanceof ParameterizedType generic)
				? generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1] : type;
	}

	private static FieldDescriptor field(String name, Map<String, String> meanings) {
		String meaning = meanings.get(name);
		if (meaning == null) {
			throw new IllegalStateException(name + " has no Javadoc; there is " + meanings.keySet());
		}
		return PayloadDocumentation.fieldWithPath(name).optional().type(JsonFieldType.VARIES).description(meaning);
	}

}
