import chunfeng.areas.fields
import chunfeng.core.crypto
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('benefits', '0001_measures_claims_payments'),
        ('offices', '0002_one_responsible_person'),
        ('tasking', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='publicityitem',
            name='sums',
            field=models.JSONField(blank=True, default=list, verbose_name='what the amount is made of'),
        ),
        migrations.CreateModel(
            name='Enquiry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('area_code', chunfeng.areas.fields.AreaCodeField(db_collation='C', max_length=18, verbose_name='area')),
                ('channel', models.CharField(choices=[('counter', 'At the counter'), ('phone', 'By telephone'), ('hotline', 'From the hotline'), ('public', 'From the public page')], max_length=10, verbose_name='came by')),
                ('kind', models.CharField(blank=True, max_length=40, verbose_name='kind')),
                ('question', chunfeng.core.crypto.EncryptedTextField(blank=True, null=True, verbose_name='question')),
                ('name', chunfeng.core.crypto.EncryptedTextField(blank=True, null=True, verbose_name='name')),
                ('phone', chunfeng.core.crypto.EncryptedTextField(blank=True, null=True, verbose_name='phone')),
                ('state', models.CharField(choices=[('open', 'Waits for an answer'), ('answered', 'Answered'), ('passed', 'Passed on')], default='open', max_length=10, verbose_name='state')),
                ('asked_at', models.DateTimeField(verbose_name='asked at')),
                ('due_on', models.DateField(verbose_name='to be answered by')),
                ('due_source', models.CharField(max_length=300, verbose_name='source')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered at')),
                ('keep_until', models.DateField(verbose_name='keep until')),
                ('origin', models.CharField(blank=True, db_collation='C', max_length=64)),
                ('key', models.CharField(max_length=80, unique=True)),
                ('by_name', models.CharField(max_length=60, verbose_name='by')),
                ('issue', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='tasking.coordinationissue')),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='enquiries', to='offices.office')),
            ],
            options={
                'verbose_name': 'enquiry',
                'verbose_name_plural': 'enquiries',
            },
        ),
        migrations.CreateModel(
            name='EnquiryStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('taken', 'Taken in'), ('classified', 'Kind set'), ('answered', 'Answer given'), ('passed', 'Passed on to another office')], max_length=10, verbose_name='step')),
                ('text', chunfeng.core.crypto.EncryptedTextField(blank=True, null=True, verbose_name='text')),
                ('refined_by', models.JSONField(blank=True, default=list, verbose_name='local texts')),
                ('on', models.DateField(blank=True, null=True, verbose_name='day of the rules')),
                ('facts', chunfeng.core.crypto.EncryptedTextField(blank=True, null=True, verbose_name='facts')),
                ('explanation', chunfeng.core.crypto.EncryptedTextField(blank=True, null=True, verbose_name='explanation')),
                ('outcome', models.CharField(blank=True, max_length=12, verbose_name='by the rules')),
                ('by_name', models.CharField(max_length=60, verbose_name='by')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('enquiry', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='benefits.enquiry')),
                ('office', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='offices.office')),
                ('version', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='benefits.measureversion')),
            ],
            options={
                'verbose_name': 'step of an enquiry',
                'verbose_name_plural': 'steps of enquiries',
            },
        ),
        migrations.CreateModel(
            name='Enrolment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject_key', models.CharField(db_collation='C', max_length=64)),
                ('area_code', chunfeng.areas.fields.AreaCodeField(db_collation='C', max_length=18, verbose_name='area')),
                ('state', models.CharField(choices=[('enrolled', 'In the course'), ('completed', 'Completed'), ('left', 'Left early')], default='enrolled', max_length=10, verbose_name='state')),
                ('refined_by', models.JSONField(blank=True, default=list, verbose_name='local texts')),
                ('on', models.DateField(verbose_name='day of the rules')),
                ('facts', chunfeng.core.crypto.EncryptedTextField(blank=True, null=True, verbose_name='facts')),
                ('explanation', chunfeng.core.crypto.EncryptedTextField(blank=True, null=True, verbose_name='explanation')),
                ('outcome', models.CharField(blank=True, max_length=12, verbose_name='by the rules')),
                ('amount', models.BigIntegerField(blank=True, null=True, verbose_name='amount in fen')),
                ('made_at', models.DateTimeField(verbose_name='made at')),
                ('by_name', models.CharField(max_length=60, verbose_name='by')),
                ('finished_on', models.DateField(blank=True, null=True, verbose_name='finished on')),
                ('remark', models.CharField(blank=True, max_length=200, verbose_name='remark')),
                ('beneficiary', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='enrolments', to='benefits.beneficiary')),
                ('version', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='benefits.measureversion')),
            ],
            options={
                'verbose_name': 'enrolment',
                'verbose_name_plural': 'enrolments',
            },
        ),
        migrations.CreateModel(
            name='AttendanceDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject_key', models.CharField(db_collation='C', max_length=64)),
                ('on', models.DateField(verbose_name='day')),
                ('present', models.BooleanField(verbose_name='present')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('by_name', models.CharField(max_length=60, verbose_name='by')),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='days', to='benefits.enrolment')),
            ],
            options={
                'verbose_name': 'day of attendance',
                'verbose_name_plural': 'days of attendance',
            },
        ),
        migrations.CreateModel(
            name='TrainingCourse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('area_code', chunfeng.areas.fields.AreaCodeField(db_collation='C', max_length=18, verbose_name='area')),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('subject', models.CharField(max_length=60, verbose_name='trade taught')),
                ('place', models.CharField(max_length=200, verbose_name='place')),
                ('provider', models.CharField(max_length=120, verbose_name='training body')),
                ('begins_on', models.DateField(verbose_name='first day')),
                ('ends_on', models.DateField(verbose_name='last day')),
                ('seats', models.PositiveSmallIntegerField(verbose_name='seats')),
                ('fee', models.BigIntegerField(verbose_name='course fee in fen')),
                ('key', models.CharField(max_length=80, unique=True)),
                ('made_at', models.DateTimeField(verbose_name='made at')),
                ('by_name', models.CharField(max_length=60, verbose_name='by')),
                ('measure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='courses', to='benefits.measure')),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='courses', to='offices.office')),
            ],
            options={
                'verbose_name': 'training course',
                'verbose_name_plural': 'training courses',
            },
        ),
        migrations.AddField(
            model_name='enrolment',
            name='course',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='enrolments', to='benefits.trainingcourse'),
        ),
        migrations.CreateModel(
            name='TrainingNeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject_key', models.CharField(db_collation='C', max_length=64)),
                ('area_code', chunfeng.areas.fields.AreaCodeField(db_collation='C', max_length=18, verbose_name='area')),
                ('subject', models.CharField(max_length=60, verbose_name='trade taught')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('by_name', models.CharField(max_length=60, verbose_name='by')),
                ('beneficiary', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='training_needs', to='benefits.beneficiary')),
            ],
            options={
                'verbose_name': 'training need',
                'verbose_name_plural': 'training needs',
            },
        ),
        migrations.AddIndex(
            model_name='enquiry',
            index=models.Index(fields=['area_code', 'state', 'due_on'], name='enquiries_by_area'),
        ),
        migrations.AddIndex(
            model_name='enquiry',
            index=models.Index(fields=['area_code', 'asked_at'], name='enquiries_by_time'),
        ),
        migrations.AddIndex(
            model_name='enquiry',
            index=models.Index(condition=models.Q(('origin', ''), _negated=True), fields=['origin', 'asked_at'], name='enquiries_by_origin'),
        ),
        migrations.AddConstraint(
            model_name='enquiry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'answered'), _negated=True), ('answered_at__isnull', False), _connector='OR'), name='answered_enquiry_has_time'),
        ),
        migrations.AddIndex(
            model_name='enquirystep',
            index=models.Index(fields=['enquiry', 'id'], name='steps_of_enquiry'),
        ),
        migrations.AddConstraint(
            model_name='attendanceday',
            constraint=models.UniqueConstraint(fields=('subject_key', 'on'), name='attended_once_a_day'),
        ),
        migrations.AddIndex(
            model_name='trainingcourse',
            index=models.Index(fields=['area_code', '-begins_on'], name='courses_by_area'),
        ),
        migrations.AddConstraint(
            model_name='trainingcourse',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('begins_on'))), name='course_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='trainingcourse',
            constraint=models.CheckConstraint(condition=models.Q(('fee__gte', 0)), name='course_fee_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='enrolment',
            constraint=models.UniqueConstraint(fields=('course', 'subject_key'), name='enrolled_once'),
        ),
        migrations.AddConstraint(
            model_name='enrolment',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'enrolled'), ('finished_on__isnull', False), _connector='OR'), name='finished_enrolment_has_day'),
        ),
        migrations.AddConstraint(
            model_name='trainingneed',
            constraint=models.UniqueConstraint(fields=('subject_key', 'subject', 'area_code'), name='need_once'),
        ),
    ]
