/**
 * The table of contents: every deployed function, one line each. With FUNCTION_TARGET set, as in
 * an instance, only that function's module is loaded; without it, as at discovery, all are.
 */
import './options';
import { lazyFunctions } from './lazyFunctions';
import { functionTarget, limitsSignIns } from './params';
import { runWithoutDomains } from './platform/domain';
import { endInOrder } from './platform/lifecycle';
import { watchProcess } from './platform/processMetrics';

if (functionTarget() !== undefined) {
  runWithoutDomains();
  endInOrder();
  watchProcess();
}

/* eslint-disable @typescript-eslint/no-require-imports, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-member-access --
   loading has to be lazy and synchronous; the test of endpoints loads each of them */
Object.assign(
  exports,
  lazyFunctions({
    whatsappWebhook: () => require('./entry/http/whatsappWebhook').whatsappWebhook,
    files: () => require('./entry/http/files').files,
    monitoring: () => require('./entry/http/monitoring').monitoring,
    batch: () => require('./entry/callables/batch').batch,
    ...(limitsSignIns()
      ? {
          auth: {
            beforeSignIn: () => require('./entry/triggers/authBeforeSignIn').authBeforeSignIn,
          },
        }
      : {}),
    messages: {
      send: () => require('./entry/callables/messagesSend').messagesSend,
      sendBulk: () => require('./entry/callables/messagesSendBulk').messagesSendBulk,
      cancel: () => require('./entry/callables/messagesCancel').messagesCancel,
    },
    queue: {
      critical: () => require('./entry/tasks/queueCritical').queueCritical,
      normal: () => require('./entry/tasks/queueNormal').queueNormal,
      low: () => require('./entry/tasks/queueLow').queueLow,
      metrics: () => require('./entry/callables/queueMetrics').queueMetrics,
    },
    conversations: {
      assign: () => require('./entry/callables/conversationsAssign').conversationsAssign,
      setStatus: () => require('./entry/callables/conversationsSetStatus').conversationsSetStatus,
      label: () => require('./entry/callables/conversationsLabel').conversationsLabel,
      addNote: () => require('./entry/callables/conversationsAddNote').conversationsAddNote,
      markRead: () => require('./entry/callables/conversationsMarkRead').conversationsMarkRead,
      thread: () => require('./entry/callables/conversationsThread').conversationsThread,
    },
    channels: {
      connect: () => require('./entry/callables/channelsConnect').channelsConnect,
      pause: () => require('./entry/callables/channelsPause').channelsPause,
      resume: () => require('./entry/callables/channelsResume').channelsResume,
    },
    campaigns: {
      create: () => require('./entry/callables/campaignsCreate').campaignsCreate,
      update: () => require('./entry/callables/campaignsUpdate').campaignsUpdate,
      clone: () => require('./entry/callables/campaignsClone').campaignsClone,
      preflight: () => require('./entry/callables/campaignsPreflight').campaignsPreflight,
      launch: () => require('./entry/callables/campaignsLaunch').campaignsLaunch,
      pause: () => require('./entry/callables/campaignsPause').campaignsPause,
      resume: () => require('./entry/callables/campaignsResume').campaignsResume,
      cancel: () => require('./entry/callables/campaignsCancel').campaignsCancel,
      retry: () => require('./entry/callables/campaignsRetry').campaignsRetry,
      report: () => require('./entry/callables/campaignsReport').campaignsReport,
      expand: () => require('./entry/tasks/campaignsExpand').campaignsExpand,
      lane: () => require('./entry/tasks/campaignsLane').campaignsLane,
    },
    analytics: {
      get: () => require('./entry/callables/analyticsGet').analyticsGet,
      recordConversion: () =>
        require('./entry/callables/analyticsRecordConversion').analyticsRecordConversion,
      onMessage: () => require('./entry/triggers/analyticsOnMessage').analyticsOnMessage,
      onConversation: () =>
        require('./entry/triggers/analyticsOnConversation').analyticsOnConversation,
      onConversion: () => require('./entry/triggers/analyticsOnConversion').analyticsOnConversion,
    },
    templates: {
      sync: () => require('./entry/callables/templatesSync').templatesSync,
    },
    team: {
      invite: () => require('./entry/callables/teamInvite').teamInvite,
      changeRole: () => require('./entry/callables/teamChangeRole').teamChangeRole,
      deactivate: () => require('./entry/callables/teamDeactivate').teamDeactivate,
      claims: () => require('./entry/triggers/teamClaims').teamClaims,
    },
    deadLetters: {
      list: () => require('./entry/callables/deadLettersList').deadLettersList,
      replay: () => require('./entry/callables/deadLettersReplay').deadLettersReplay,
    },
    contacts: {
      merge: () => require('./entry/callables/contactsMerge').contactsMerge,
      unmerge: () => require('./entry/callables/contactsUnmerge').contactsUnmerge,
      duplicates: () => require('./entry/callables/contactsDuplicates').contactsDuplicates,
      dismissDuplicate: () =>
        require('./entry/callables/contactsDismissDuplicate').contactsDismissDuplicate,
      setConsent: () => require('./entry/callables/contactsSetConsent').contactsSetConsent,
      create: () => require('./entry/callables/contactsCreate').contactsCreate,
      update: () => require('./entry/callables/contactsUpdate').contactsUpdate,
      block: () => require('./entry/callables/contactsBlock').contactsBlock,
      list: () => require('./entry/callables/contactsList').contactsList,
      tag: () => require('./entry/callables/contactsTag').contactsTag,
      export: () => require('./entry/callables/contactsExport').contactsExport,
      exportData: () => require('./entry/callables/contactsExportData').contactsExportData,
      erase: () => require('./entry/callables/contactsErase').contactsErase,
      import: () => require('./entry/callables/contactsImport').contactsImport,
      importPreview: () => require('./entry/callables/contactsImportPreview').contactsImportPreview,
    },
    attributes: {
      define: () => require('./entry/callables/attributesDefine').attributesDefine,
      list: () => require('./entry/callables/attributesList').attributesList,
    },
    segments: {
      save: () => require('./entry/callables/segmentsSave').segmentsSave,
      delete: () => require('./entry/callables/segmentsDelete').segmentsDelete,
      list: () => require('./entry/callables/segmentsList').segmentsList,
      count: () => require('./entry/callables/segmentsCount').segmentsCount,
    },
    jobs: {
      run: () => require('./entry/tasks/jobsRun').jobsRun,
      cancel: () => require('./entry/callables/jobsCancel').jobsCancel,
      list: () => require('./entry/callables/jobsList').jobsList,
    },
    schedules: {
      daily: () => require('./entry/schedules/daily').daily,
      hourly: () => require('./entry/schedules/hourly').hourly,
      everyMinute: () => require('./entry/schedules/everyMinute').everyMinute,
      campaigns: () => require('./entry/schedules/campaigns').campaigns,
      monitoring: () => require('./entry/schedules/monitoring').monitoring,
      analytics: () => require('./entry/schedules/analytics').analytics,
    },
  }),
);
